/** The role of one function, as it is packaged. */
export interface IamRole {
  readonly name: string;
  /** The full name of the function that assumes it. */
  readonly functionName: string;
  readonly permissions: readonly Permission[];
}

/** One action on one resource, each perhaps with wildcards. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
  /** What the request's context must say, all of it: key → one of these values. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
}

/** What a request needs to be allowed. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  /** Condition keys that the request has. */
  readonly context?: Readonly<Record<string, string>>;
}

/** Whether the permission covers the need: actions whatever their case, `*` for any characters and `?` for one. */
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

/** By pattern: the roles have a few dozen, and every request is held against them. */
const matchers = new Map<string, RegExp>();
