import type * as z from 'zod';

/** An error in one value that a desk has sent. */
export interface ValueError<Field extends string> {
  readonly field: Field;
  readonly code: string;
  /** A sentence for the sender that says what is allowed there. */
  readonly allowed: string;
}

/** The result of checking the values of a desk. */
export type CheckedFields<Field extends string, Result> =
  | { readonly result: Result; readonly errors?: undefined }
  | { readonly errors: readonly ValueError<Field>[] };

/** Checks values against a schema whose members are single strings. It reports every error at once. */
export function checkFields<Field extends string, Result>(
  schema: z.ZodType<Result>,
  sent: Readonly<Record<Field, unknown>>,
): CheckedFields<Field, Result> {
  const { data, error } = schema.safeParse(sent);
  if (error === undefined) return { result: data };
  return {
    errors: error.issues.map((issue) => ({ field: issue.path[0] as Field, ...reasonOf(issue) })),
  };
}

const reasonOf = (issue: z.core.$ZodIssue): Pick<ValueError<string>, 'code' | 'allowed'> =>
  issue.code === 'custom'
    ? { code: String(issue.params?.['code']), allowed: issue.message }
    : { code: 'not_a_string', allowed: 'A string.' };
