import * as z from 'zod';

const reference = z.strictObject({ Ref: z.string() });
const attribute = z.strictObject({ 'Fn::GetAtt': z.union([z.string(), z.tuple([z.string(), z.string()])]) });
const substitution = z.strictObject({ 'Fn::Sub': z.string() });
const plain = z.union([z.string(), z.number(), z.boolean()]);

/** What the expressions of a deployment stand for on this machine. */
export interface Meanings {
  readonly stage: string;
  /** serverless.yml, for `${self:…}`. */
  readonly self: unknown;
  /** By parameter name, logical id (`Table`), attribute (`Table.Arn`) or pseudo parameter (`AWS::Region`). */
  readonly values: Readonly<Record<string, string>>;
}

/** The text of a value; `where` says in an error where the value stands. */
export type Resolve = (value: unknown, where: string) => string;

/** Its message is the expression that means nothing. */
export class Unresolved extends Error {
  override readonly name = 'Unresolved';
}

/**
 * The text that a value of serverless.yml or of a template comes to: `${param:x}`, `${sls:stage}`,
 * `${self:a.b}`, what `${file(resources/catalogue.cjs):…}` takes from the catalogue, `Ref`, `Fn::GetAtt` and `Fn::Sub`.
 * @throws Unresolved with the expression that has no meaning here
 */
export function resolve(value: unknown, meanings: Meanings): string {
  const known = (name: string, expression: string): string => {
    const meaning = Object.hasOwn(meanings.values, name) ? meanings.values[name] : undefined;
    if (meaning === undefined) throw new Unresolved(expression);
    return meaning;
  };

  const text = plain.safeParse(value);
  if (text.success) return replaced(String(text.data), (expression) => { throw new Unresolved(expression); });
  const ref = reference.safeParse(value);
  if (ref.success) return known(ref.data.Ref, `Ref ${ref.data.Ref}`);
  const getAtt = attribute.safeParse(value);
  if (getAtt.success) {
    const name = [getAtt.data['Fn::GetAtt']].flat().join('.');
    return known(name, `Fn::GetAtt ${name}`);
  }
  const sub = substitution.safeParse(value);
  if (sub.success) return replaced(sub.data['Fn::Sub'], (expression, name) => known(name, expression));
  throw new Unresolved(JSON.stringify(value));

  /** The framework's variables mean the same everywhere; what else stands in `${}` is up to `other`. */
  function replaced(template: string, other: (expression: string, name: string) => string): string {
    return template.replaceAll(/\$\{([^}]+)\}/g, (expression, inner: string) => {
      const [, source, address] = /^(param|sls|self|file\(resources\/catalogue\.cjs\)):([^:].*)$/.exec(inner) ?? [];
      if (source === undefined || address === undefined) return other(expression, inner);
      if (source === 'param') return known(address, expression);
      if (source.startsWith('file')) return known(inner, expression);
      if (source === 'sls' && address === 'stage') return meanings.stage;
      const found = source === 'self' ? at(meanings.self, address.split('.')) : undefined;
      if (found === undefined) throw new Unresolved(expression);
      return resolve(found, meanings);
    });
  }
}

function at(value: unknown, path: readonly string[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, first)
    ? at(Reflect.get(value, first), rest)
    : undefined;
}
