import * as z from 'zod';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string()).nonempty()]);

/** The IAM policies that an authorizer may return: no Not… elements, and no conditions except an end time. */
export const policyDocument = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.array(
    z.strictObject({
      Sid: z.string().optional(),
      Effect: z.enum(['Allow', 'Deny']),
      Action: oneOrMore,
      Resource: oneOrMore,
      Condition: z
        .strictObject({ DateLessThan: z.strictObject({ 'aws:CurrentTime': z.iso.datetime() }) })
        .optional(),
    }),
  ),
});

export type PolicyDocument = z.infer<typeof policyDocument>;

const invoke = 'execute-api:Invoke';

/**
 * Tells whether a policy lets the caller invoke a method. An explicit Deny takes precedence; the default is
 * to deny.
 */
export function allows(policy: PolicyDocument, methodArn: string, now: Date): boolean {
  const effects = new Set(
    policy.Statement.filter(
      ({ Condition }) => Condition === undefined || now < new Date(Condition.DateLessThan['aws:CurrentTime']),
    )
      .filter(
        ({ Action, Resource }) =>
          Action.some(coversInvoke) && Resource.some((pattern) => coversArn(pattern, methodArn)),
      )
      .map(({ Effect }) => Effect),
  );
  return effects.has('Allow') && !effects.has('Deny');
}

/** Action names are not case-sensitive. */
const coversInvoke = (pattern: string): boolean => coversText(pattern.toLowerCase(), invoke.toLowerCase());

/**
 * Matches an ARN. A wildcard stays within its part of the ARN; only the last part, the resource, may contain
 * colons.
 */
function coversArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const wanted = arnParts(pattern);
  const actual = arnParts(arn);
  return wanted.length === actual.length && wanted.every((part, at) => coversText(part, actual[at] ?? ''));
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/**
 * Matches text: `*` stands for any number of characters, `?` for exactly one. It backs up only to the last
 * `*`, so there is no exponential backtracking.
 */
function coversText(pattern: string, text: string): boolean {
  let inPattern = 0;
  let inText = 0;
  let star = -1;
  let starText = 0;
  while (inText < text.length) {
    const expected = pattern[inPattern];
    if (expected === '*') {
      star = inPattern++;
      starText = inText;
    } else if (expected === '?' || expected === text[inText]) {
      inPattern++;
      inText++;
    } else if (star >= 0) {
      inPattern = star + 1;
      inText = ++starText;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
