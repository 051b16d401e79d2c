import * as z from 'zod';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const statement = z.object({
  Effect: z.literal('Allow'),
  Action: oneOrMore,
  Resource: z
    .unknown()
    .optional()
    .transform((resource) => [resource ?? []].flat().map(textOf)),
  Principal: z.record(z.string(), z.unknown()).optional(),
  Condition: z.record(z.string(), z.unknown()).default({}),
});

/**
 * An allowing statement of a policy: the actions, the resources and, in a resource policy, the principals.
 */
export type AllowingStatement = z.infer<typeof statement>;

/** Returns every statement that allows something, at any depth. */
export function allowingStatements(value: unknown): AllowingStatement[] {
  if (Array.isArray(value)) return value.flatMap(allowingStatements);
  const parsed = statement.safeParse(value);
  if (parsed.success) return [parsed.data];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(allowingStatements) : [];
}

/** Returns `Fn::Sub` as it is written, `Fn::GetAtt` with a dot, and `Ref` as the name alone. */
export function textOf(value: unknown): string {
  const expression = z
    .union([
      z.string(),
      z.strictObject({ 'Fn::Sub': z.string() }).transform((sub) => sub['Fn::Sub']),
      z.strictObject({ Ref: z.string() }).transform(({ Ref }) => Ref),
      z.strictObject({ 'Fn::GetAtt': z.array(z.string()) }).transform((get) => get['Fn::GetAtt'].join('.')),
    ])
    .safeParse(value);
  return expression.success ? expression.data : JSON.stringify(value);
}
