import { account, region } from '../aws/service.ts';
import { identify, type Identity, type IdentityPlace } from './identities.ts';
import { evaluate, type Scope, Unresolved } from './intrinsics.ts';
import type { Template, TemplateResource } from './template.ts';

/** A resource of a stack with evaluated properties. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  /** The value of `Ref`, or the logical id if nothing refers to resources of this type. */
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Stack {
  readonly name: string;
  /**
   * Returns the resources of a type in the template's order. Resources whose condition is false are omitted.
   */
  ofType(type: string): readonly StackResource[];
}

export interface StackSource extends IdentityPlace {
  readonly template: Template;
  readonly name: string;
  /** Values of the template's parameters that differ from their defaults. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reports that the twin cannot deploy the template. `faults` lists every problem. */
export class DeploymentInvalid extends Error {
  override readonly name = 'DeploymentInvalid';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      ['The packaged template cannot be deployed on the twin:', ...faults.map((fault) => `  ${fault}`)].join(
        '\n',
      ),
    );
    this.faults = faults;
  }
}

/**
 * Creates the stack that CloudFormation would make of a template, with parameters, conditions and intrinsic
 * functions evaluated.
 *
 * @throws {DeploymentInvalid} if a parameter has no value or a value that is not allowed, or if it is not in
 * the template; `ofType` throws it with every expression of those resources that cannot be evaluated
 */
export function createStack(source: StackSource): Stack {
  const {
    template: { Resources, Conditions },
    name: stackName,
  } = source;
  const parameters = parameterValues(source);
  const pseudoParameters: Readonly<Record<string, string>> = {
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/twin`,
  };

  const identityByLogicalId = new Map<string, Identity | undefined>();
  const identityOf = (logicalId: string): Identity | undefined => {
    if (!identityByLogicalId.has(logicalId)) {
      const resource = own(Resources, logicalId);
      // A resource that refers to itself while it is being identified has no identity.
      identityByLogicalId.set(logicalId, undefined);
      if (resource !== undefined) identityByLogicalId.set(logicalId, identityFor(logicalId, resource));
    }
    return identityByLogicalId.get(logicalId);
  };
  const identityFor = (logicalId: string, { Type, Properties }: TemplateResource): Identity | undefined =>
    identify(
      Type,
      {
        logicalId,
        stackName,
        property: (path) => {
          const value = path
            .split('.')
            .reduce<unknown>((within, member) => memberOf(within, member), Properties);
          return value === undefined ? undefined : String(evaluate(value, scope));
        },
      },
      source,
    );

  const scope: Scope = {
    reference: (name) => {
      if (name === 'AWS::NoValue') return undefined;
      const value = own(parameters, name) ?? own(pseudoParameters, name) ?? identityOf(name)?.id;
      if (value === undefined) throw new Unresolved(`Ref ${name}`);
      return value;
    },
    attribute: (logicalId, attribute) => {
      const value = own(identityOf(logicalId)?.attributes ?? {}, attribute);
      if (value === undefined) throw new Unresolved(`Fn::GetAtt ${logicalId}.${attribute}`);
      return value;
    },
    condition: (name) => {
      const expression = own(Conditions, name);
      if (expression === undefined) throw new Unresolved(`Condition ${name}`);
      return evaluate(expression, scope) === true;
    },
  };

  const evaluated = (
    logicalId: string,
    { Type, Properties }: TemplateResource,
    faults: string[],
  ): StackResource => {
    const properties: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(Properties)) {
      try {
        const result = evaluate(value, scope);
        if (result !== undefined) properties[name] = result;
      } catch (error) {
        if (!(error instanceof Unresolved)) throw error;
        faults.push(`${Type} ${logicalId}, ${name}: the twin cannot evaluate ${error.message}`);
      }
    }
    // If a property cannot be evaluated, it may be the one that holds the name.
    const id = faults.length === 0 ? identityOf(logicalId)?.id : undefined;
    return { logicalId, type: Type, id: id ?? logicalId, properties };
  };

  return {
    name: stackName,
    ofType: (type) => {
      const faults: string[] = [];
      const resources = Object.entries(Resources)
        .filter(
          ([, { Type, Condition }]) =>
            Type === type && (Condition === undefined || scope.condition(Condition)),
        )
        .map(([logicalId, resource]) => evaluated(logicalId, resource, faults));
      if (faults.length > 0) throw new DeploymentInvalid(faults);
      return resources;
    },
  };
}

function parameterValues({
  template: { Parameters },
  parameters,
}: StackSource): Readonly<Record<string, string>> {
  const faults = Object.keys(parameters)
    .filter((name) => !Object.hasOwn(Parameters, name))
    .map((name) => `the template has no parameter ${name}`);
  const values = Object.entries(Parameters).flatMap(([name, { Default, AllowedValues }]) => {
    const value = own(parameters, name) ?? Default;
    if (value === undefined) {
      faults.push(`the parameter ${name} has no default, so it needs a value`);
      return [];
    }
    if (AllowedValues !== undefined && !AllowedValues.includes(value)) {
      faults.push(`the parameter ${name} must be one of ${AllowedValues.join(', ')}, not ${value}`);
    }
    return [[name, value] as const];
  });
  if (faults.length > 0) throw new DeploymentInvalid(faults);
  return Object.fromEntries(values);
}

const own = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
