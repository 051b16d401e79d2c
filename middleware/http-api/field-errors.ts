import type * as z from 'zod';
import type { FieldError } from '../../core/problem.ts';
import { pointer, unknownMember } from '../../core/prototype-members.ts';

/**
 * Returns every error that a schema has found, in the terms of the webhook and the other public functions.
 */
export const fieldErrorsOf = ({ issues }: z.ZodError, sent: unknown): readonly FieldError[] =>
  errorsOf(issues, sent);

function errorsOf(issues: readonly z.core.$ZodIssue[], sent: unknown): readonly FieldError[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownMember(pointer([...issue.path, key])));
    }
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      return errorsOf(
        nearestIssues(issue.errors).map((each) => ({ ...each, path: [...issue.path, ...each.path] })),
        sent,
      );
    }
    return [{ path: pointer(issue.path), ...reasonOf(issue, valueAt(sent, issue.path)) }];
  });
}

/** Returns the issues of the alternative that comes nearest: the fewest unknown members, then the fewest issues. */
function nearestIssues(alternatives: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const unknownMembers = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : [])).length;
  const [nearest = []] = alternatives.toSorted(
    (one, other) => unknownMembers(one) - unknownMembers(other) || one.length - other.length,
  );
  return nearest;
}

function reasonOf(issue: z.core.$ZodIssue, value: unknown): Pick<FieldError, 'code' | 'allowed'> {
  if (value === undefined && issue.code !== 'invalid_union') {
    return { code: 'required', allowed: 'This member has to be there.' };
  }
  switch (issue.code) {
    case 'invalid_type':
      return { code: 'wrong_type', allowed: `A value of type ${issue.expected}.` };
    case 'invalid_value':
      return { code: 'not_one_of_these', allowed: `One of: ${issue.values.join(', ')}.` };
    case 'too_small':
      return { code: 'too_small', allowed: `At least ${issue.minimum}${unit(issue.origin)}.` };
    case 'too_big':
      return { code: 'too_large', allowed: `At most ${issue.maximum}${unit(issue.origin)}.` };
    case 'invalid_union':
      return {
        code: 'not_one_of_these',
        allowed: `One of: ${'options' in issue ? issue.options.join(', ') : ''}.`,
      };
    case 'invalid_format':
      return { code: 'wrong_format', allowed: issue.message };
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'unrecognized_keys':
    case 'custom':
      return { code: 'invalid', allowed: issue.message };
  }
}

const unit = (origin: string): string =>
  ({ string: ' characters', array: ' entries', record: ' members' })[origin] ?? '';

function valueAt(value: unknown, [first, ...rest]: readonly PropertyKey[]): unknown {
  if (first === undefined) return value;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, first)
    ? valueAt(Reflect.get(value, first), rest)
    : undefined;
}
