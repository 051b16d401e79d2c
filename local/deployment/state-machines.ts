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

export type StateMachineDescription = z.infer<typeof stateMachine> & { readonly logicalId: string };

export function stateMachinesOf({ resources }: Description): StateMachineDescription[] {
  return resources.filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachine')
    .map(({ logicalId, Properties }) => ({ logicalId, ...stateMachine.parse(Properties) }));
}

/** The machine with every `${Placeholder}` of its file filled in, as CloudFormation fills them. */
export function deployedStateMachine(root: string, described: StateMachineDescription, resolve: Resolve): DeployedStateMachine {
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
  };
}

const placeholder = /\$\{(\w+)\}/g;
