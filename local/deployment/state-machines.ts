import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod';
import { DeploymentInvalid, type Stack, type StackResource } from '../cloudformation/stack.ts';
import type { DeployedStateMachine } from './deployment.ts';
import { understood } from './understood.ts';

const stateMachine = z.object({
  StateMachineName: z.string(),
  StateMachineType: z.literal('STANDARD').default('STANDARD'),
  RoleArn: z.string(),
  DefinitionString: z.string(),
  DefinitionSubstitutions: z.record(z.string(), z.string()).default({}),
  EncryptionConfiguration: z
    .looseObject({
      Type: z.enum(['AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY']),
      KmsKeyId: z.string().optional(),
    })
    .default({ Type: 'AWS_OWNED_KEY' }),
});
const version = z.object({ StateMachineArn: z.string() });
const alias = z.object({
  Name: z.string(),
  DeploymentPreference: z.looseObject({ StateMachineVersionArn: z.string() }),
});

/** Returns the state machines as CloudFormation deploys them, with the aliases of their versions. */
export function deployedStateMachines(stack: Stack): DeployedStateMachine[] {
  const machineOfVersion = new Map(
    stack
      .ofType('AWS::StepFunctions::StateMachineVersion')
      .map((resource) => [resource.id, understood(resource, version).StateMachineArn]),
  );
  const aliases = stack.ofType('AWS::StepFunctions::StateMachineAlias').map((resource) => {
    const {
      Name,
      DeploymentPreference: { StateMachineVersionArn },
    } = understood(resource, alias);
    const machine = machineOfVersion.get(StateMachineVersionArn);
    if (machine === undefined) {
      throw new DeploymentInvalid([`${resource.logicalId}: there is no version ${StateMachineVersionArn}`]);
    }
    return { name: Name, machine };
  });
  return stack.ofType('AWS::StepFunctions::StateMachine').map((resource) => {
    const { StateMachineName, RoleArn, EncryptionConfiguration } = understood(resource, stateMachine);
    const definitionString = definitionOf(resource);
    return {
      name: StateMachineName,
      definition: JSON.parse(definitionString) as StateMachineDefinition,
      definitionString,
      ...(EncryptionConfiguration.KmsKeyId !== undefined && { keyArn: EncryptionConfiguration.KmsKeyId }),
      roleArn: RoleArn,
      aliases: aliases.filter(({ machine }) => machine === resource.id).map(({ name }) => name),
    };
  });
}

const placeholder = /\$\{(\w+)\}/g;

/** Returns the definition with every `${Placeholder}` filled in. */
function definitionOf(resource: StackResource): string {
  const { DefinitionString, DefinitionSubstitutions } = understood(resource, stateMachine);
  const names = new Set([...DefinitionString.matchAll(placeholder)].map(([, name = '']) => name));
  const unfilled = [...names].filter((name) => !Object.hasOwn(DefinitionSubstitutions, name));
  if (unfilled.length > 0) {
    throw new DeploymentInvalid(
      unfilled.map(
        (name) =>
          `${resource.type} ${resource.logicalId}: DefinitionSubstitutions has nothing for the placeholder ${name}`,
      ),
    );
  }
  return DefinitionString.replaceAll(placeholder, (_, name: string) =>
    JSON.stringify(DefinitionSubstitutions[name]).slice(1, -1),
  );
}
