/** The role of one function, as it is packaged. */
export interface IamRole {
  readonly name: string;
  /** The full name of the function that assumes the role. */
  readonly functionName: string;
  readonly permissions: readonly Permission[];
}

/** One action on one resource. Both may contain wildcards. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
  /** Conditions that must all hold: condition key → permitted values. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
}

/** A permission that a request needs. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  /** The condition keys of the request. */
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * Tells whether the permission covers the need. Actions are not case-sensitive; `*` stands for any characters
 * and `?` for one.
 */
export function covers({ action, resource, conditions }: Permission, need: Need): boolean {
  return (
    matches(action.toLowerCase(), need.action.toLowerCase()) &&
    matches(resource, need.resource) &&
    Object.entries(conditions).every(([key, values]) => values.includes(need.context?.[key] ?? ''))
  );
}

function matches(pattern: string, text: string): boolean {
  let matcher = matchers.get(pattern);
  if (matcher === undefined) {
    const source = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    matcher = new RegExp(`^${source}$`, 's');
    matchers.set(pattern, matcher);
  }
  return matcher.test(text);
}

/** Compiled patterns. The roles have a few dozen, and every request is matched against them. */
const matchers = new Map<string, RegExp>();
