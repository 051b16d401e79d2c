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
  /** Conditions that must all hold. */
  readonly conditions: Conditions;
}

/** The condition operators that the twin can evaluate. */
export const conditionOperators = [
  'StringEquals',
  'StringEqualsIfExists',
  'ForAllValues:StringEquals',
  'ForAllValues:StringLike',
  'Null',
] as const;
export type ConditionOperator = (typeof conditionOperators)[number];

/** Conditions as policies write them: operator → condition key → permitted values. */
export type Conditions = Readonly<
  Partial<Record<ConditionOperator, Readonly<Record<string, readonly string[]>>>>
>;

/** A permission that a request needs. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  /** The condition keys of the request. A key may have several values. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Tells whether the permission covers the need. Actions are not case-sensitive; `*` stands for any characters
 * and `?` for one.
 */
export function covers({ action, resource, conditions }: Permission, need: Need): boolean {
  return (
    matches(action.toLowerCase(), need.action.toLowerCase()) &&
    matches(resource, need.resource) &&
    conditionOperators.every((operator) =>
      Object.entries(conditions[operator] ?? {}).every(([key, permitted]) =>
        holds[operator](valuesOf(need, key), permitted),
      ),
    )
  );
}

/** Returns the values that the request has for a condition key. There are none if it has not the key. */
export const valuesOf = ({ context = {} }: Need, key: string): readonly string[] =>
  [context[key] ?? []].flat();

/**
 * Tells whether a condition holds for the values of a request. As in AWS, `StringEquals` fails if there are none,
 * `StringEqualsIfExists` holds, and so does `ForAllValues`:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
const holds: Readonly<
  Record<ConditionOperator, (values: readonly string[], permitted: readonly string[]) => boolean>
> = {
  StringEquals: ([value], permitted) => value !== undefined && permitted.includes(value),
  StringEqualsIfExists: ([value], permitted) => value === undefined || permitted.includes(value),
  'ForAllValues:StringEquals': (values, permitted) => values.every((value) => permitted.includes(value)),
  'ForAllValues:StringLike': (values, permitted) =>
    values.every((value) => permitted.some((pattern) => matches(pattern, value))),
  Null: (values, [isAbsent]) => (values.length === 0) === (isAbsent === 'true'),
};

/** Tells whether a text matches a pattern, in which `*` stands for any characters and `?` for one. */
export function matches(pattern: string, text: string): boolean {
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
