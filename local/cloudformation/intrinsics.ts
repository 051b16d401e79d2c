import * as z from 'zod';

/**
 * The names that a template's intrinsic functions look up. Each method throws {@link Unresolved} for unknown
 * names.
 */
export interface Scope {
  /**
   * Returns the value of `Ref`: of a parameter, a pseudo parameter or a resource. Undefined for
   * `AWS::NoValue`.
   */
  reference(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
}

/** Reports an expression that cannot be evaluated here. The message is the expression. */
export class Unresolved extends Error {
  override readonly name = 'Unresolved';
}

type Evaluate = (argument: unknown, scope: Scope) => unknown;

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/**
 * Returns the value with every intrinsic function evaluated, as CloudFormation does. Members with the value
 * `AWS::NoValue` are omitted.
 *
 * @throws {Unresolved} with the first expression that cannot be evaluated
 */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return withoutDynamicReferences(value);
  if (Array.isArray(value)) {
    return value.map((member: unknown) => evaluate(member, scope)).filter((member) => member !== undefined);
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  const [only] = members;
  if (members.length === 1 && only !== undefined && isIntrinsic(only[0])) {
    return evaluateIntrinsic(only[0], only[1], scope);
  }
  return Object.fromEntries(
    members
      .map(([name, member]) => [name, evaluate(member, scope)] as const)
      .filter(([, member]) => member !== undefined),
  );
}

const isIntrinsic = (name: string): boolean =>
  name === 'Ref' || name === 'Condition' || name.startsWith('Fn::');

function evaluateIntrinsic(name: string, argument: unknown, scope: Scope): unknown {
  const evaluateArgument = intrinsics[name];
  if (evaluateArgument === undefined) throw new Unresolved(`${name} ${JSON.stringify(argument)}`);
  try {
    return evaluateArgument(argument, scope);
  } catch (error) {
    if (error instanceof z.ZodError) throw new Unresolved(`${name} ${JSON.stringify(argument)}`);
    throw error;
  }
}

/**
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
const intrinsics: Readonly<Record<string, Evaluate>> = {
  Ref: (argument, scope) => scope.reference(z.string().parse(argument)),

  Condition: (argument, scope) => scope.condition(z.string().parse(argument)),

  'Fn::GetAtt': (argument, scope) => {
    const dotted = z
      .string()
      .transform((path) => [path.slice(0, path.indexOf('.')), path.slice(path.indexOf('.') + 1)]);
    const [logicalId = '', attribute = ''] = z
      .union([z.tuple([z.string(), z.string()]), dotted])
      .parse(argument);
    return scope.attribute(logicalId, attribute);
  },

  'Fn::Sub': (argument, scope) => {
    const withVariables = z.tuple([z.string(), z.record(z.string(), z.unknown())]);
    const [template, variables] = withVariables.parse(
      typeof argument === 'string' ? [argument, {}] : argument,
    );
    return template.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (Object.hasOwn(variables, name)) return text.parse(evaluate(variables[name], scope));
      const dot = name.indexOf('.');
      return text.parse(
        dot < 0 ? scope.reference(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1)),
      );
    });
  },

  'Fn::Join': (argument, scope) => {
    const [separator, parts] = z.tuple([z.string(), z.unknown()]).parse(argument);
    return z.array(text).parse(evaluate(parts, scope)).join(separator);
  },

  'Fn::Select': (argument, scope) => {
    const [index, list] = z.tuple([z.coerce.number(), z.unknown()]).parse(argument);
    const selected = z.array(z.unknown()).parse(evaluate(list, scope))[index];
    if (selected === undefined) throw new Unresolved(`Fn::Select ${JSON.stringify(argument)}`);
    return selected;
  },

  'Fn::Split': (argument, scope) => {
    const [separator, whole] = z.tuple([z.string(), z.unknown()]).parse(argument);
    return text.parse(evaluate(whole, scope)).split(separator);
  },

  'Fn::If': (argument, scope) => {
    const [condition, whenTrue, whenFalse] = z.tuple([z.string(), z.unknown(), z.unknown()]).parse(argument);
    return evaluate(scope.condition(condition) ? whenTrue : whenFalse, scope);
  },

  'Fn::Equals': (argument, scope) => {
    const [one, other] = z.tuple([text, text]).parse(evaluate(argument, scope));
    return one === other;
  },

  'Fn::Not': (argument, scope) => {
    const [negated] = z.tuple([z.boolean()]).parse(evaluate(argument, scope));
    return !negated;
  },

  'Fn::And': (argument, scope) => z.array(z.boolean()).parse(evaluate(argument, scope)).every(Boolean),

  'Fn::Or': (argument, scope) => z.array(z.boolean()).parse(evaluate(argument, scope)).some(Boolean),
};

/**
 * Rejects dynamic references. No value is fetched at deployment: functions read their secrets when they run.
 */
function withoutDynamicReferences(value: string): string {
  const [reference] = /\{\{resolve:[^}]*\}\}/.exec(value) ?? [];
  if (reference !== undefined) throw new Unresolved(reference);
  return value;
}
