import * as z from 'zod';

/** Logical ids named by Ref, Fn::GetAtt, Fn::Sub and DependsOn, anywhere within. */
export function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    switch (key) {
      case 'Ref': return [String(inner)];
      case 'DependsOn': return [inner].flat().map(String);
      case 'Fn::GetAtt': return [[inner].flat().join('.').split('.')[0] ?? ''];
      case 'Fn::Sub': return [...String(inner).matchAll(/\$\{([^}.]+)[^}]*\}/g)].map(([, name = '']) => name);
      default: return referencesIn(inner);
    }
  }).filter((name) => !name.startsWith('AWS::'));
}

/** Every action and resource that an allowing statement names, anywhere within. */
export function allowedIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(allowedIn);
  const statement = allowing.safeParse(value);
  if (statement.success) return [statement.data.Action, statement.data.Resource ?? []].flat().map(textOf);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(allowedIn) : [];
}

const allowing = z.object({
  Effect: z.literal('Allow'),
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.unknown(),
});

const substitution = z.object({ 'Fn::Sub': z.string() });

/** `Fn::Sub` as it is written; other functions name one resource each. */
function textOf(value: unknown): string {
  const written = substitution.safeParse(value);
  return written.success ? written.data['Fn::Sub'] : typeof value === 'string' ? value : JSON.stringify(value);
}
