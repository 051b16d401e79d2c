import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod';
import { type DeployedStateMachine, DeploymentInvalid } from './deployment.ts';
import { type Description, includedFile } from './description.ts';
import type { Resolve } from './expressions.ts';

const stateMachine = z.object({
  StateMachineName: z.string(),
  RoleArn: z.unknown(),
  Definition: z.string(),
  DefinitionSubstitutions: z.record(z.string(), z.unknown()),
});

const reference = z.object({ Ref: z.string() });
const version = z.object({ StateMachineArn: reference });
const alias = z.object({ Name: z.string(), DeploymentPreference: z.object({ StateMachineVersionArn: reference }) });

export type StateMachineDescription = z.infer<typeof stateMachine> & { readonly logicalId: string };

export function stateMachinesOf({ resources }: Description): StateMachineDescription[] {
  return resources.filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachine')
    .map(({ logicalId, Properties }) => ({ logicalId, ...stateMachine.parse(Properties) }));
}

/** The machines' aliases; `machine` is the logical id of the one whose version an alias names. */
export function stateMachineAliasesOf({ resources }: Description): { readonly logicalId: string; readonly name: string; readonly machine: string }[] {
  const machineOf = new Map(resources.filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachineVersion')
    .map(({ logicalId, Properties }) => [logicalId, version.parse(Properties).StateMachineArn.Ref]));
  return resources.filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachineAlias').map(({ logicalId, Properties }) => {
    const { Name: name, DeploymentPreference: { StateMachineVersionArn: { Ref } } } = alias.parse(Properties);
    const machine = machineOf.get(Ref);
    if (machine === undefined) throw new DeploymentInvalid([`alias ${logicalId}: there is no version ${Ref} of a state machine`]);
    return { logicalId, name, machine };
  });
}

/** The machine with every `${Placeholder}` of its file filled in, as CloudFormation fills them. */
export function deployedStateMachine(root: string, described: StateMachineDescription, aliases: readonly string[], resolve: Resolve): DeployedStateMachine {
  const where = `state machine ${described.logicalId}`;
  const { path } = includedFile(described.Definition);
  const text = readFileSync(join(root, path), 'utf8');
  const substitutions = new Map(Object.entries(described.DefinitionSubstitutions)
    .map(([name, value]) => [name, resolve(value, `${where}, ${name}`)]));

  const missing = [...text.matchAll(placeholder)].map(([, name = '']) => name).filter((name) => !substitutions.has(name));
  if (missing.length > 0) {
    throw new DeploymentInvalid(missing.map((name) => `${where}: ${path} has the placeholder ${name}, for which there is no substitution`));
  }
  const definition = text.replaceAll(placeholder, (_, name: string) => JSON.stringify(substitutions.get(name)).slice(1, -1));
  return {
    name: resolve(described.StateMachineName, `${where}, StateMachineName`),
    definition: JSON.parse(definition) as StateMachineDefinition,
    roleArn: resolve(described.RoleArn, `${where}, RoleArn`),
    aliases,
  };
}

const placeholder = /\$\{(\w+)\}/g;
