import * as z from 'zod';
import { operation } from '../operation.ts';
import type { Aliases } from './aliases.ts';
import type { Executions } from './executions.ts';
import type { Machines, Revision } from './machines.ts';
import { page } from './page.ts';
import { pagingFields } from './request-fields.ts';
import { requireExecution, requireStarted } from './requirements.ts';
import { epochSeconds } from './times.ts';

export function machineOperations({
  machines,
  aliases,
  executions,
}: {
  readonly machines: Machines;
  readonly aliases: Aliases;
  readonly executions: Executions;
}): Readonly<Record<string, (input: unknown) => unknown>> {
  return {
    ListStateMachines: operation(z.object(pagingFields), (request) => {
      const { items, ...rest } = page(machines.all(), ({ arn }) => arn, request);
      return {
        stateMachines: items.map(({ arn, name, createdAt }) => ({
          stateMachineArn: arn,
          name,
          type: 'STANDARD',
          creationDate: epochSeconds(createdAt),
        })),
        ...rest,
      };
    }),

    DescribeStateMachine: operation(z.object({ stateMachineArn: z.string() }), ({ stateMachineArn }) => {
      const { machine, revision } = requireStarted(machines, aliases, stateMachineArn);
      return {
        ...descriptionOf(revision),
        stateMachineArn,
        status: 'ACTIVE',
        type: 'STANDARD',
        creationDate: epochSeconds(machine.createdAt),
      };
    }),

    DescribeStateMachineForExecution: operation(
      z.object({ executionArn: z.string() }),
      ({ executionArn }) => {
        const revision = machines.revision(requireExecution(executions, executionArn).revision);
        return { ...descriptionOf(revision), updateDate: epochSeconds(revision.createdAt) };
      },
    ),
  };
}

function descriptionOf({ arn, name, definition, definitionString, roleArn, id }: Revision): object {
  return {
    stateMachineArn: arn,
    name,
    definition: definitionString ?? JSON.stringify(definition),
    roleArn,
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
    revisionId: id,
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  };
}
