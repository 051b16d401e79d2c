import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { TwinClock } from '../../kernel/clock.ts';
import { operation } from '../operation.ts';
import { AwsError } from '../service.ts';
import type { Aliases } from './aliases.ts';
import { executionArn as arnOf } from './arns.ts';
import { descriptionOf, summaryOf } from './execution-answers.ts';
import type { Executions } from './executions.ts';
import { executionAborted, executionStarted } from './history.ts';
import { type Interpreter, entry } from './interpreter.ts';
import type { Machines } from './machines.ts';
import { page } from './page.ts';
import { failureFields, pagingFields } from './request-fields.ts';
import { requireExecution, requireStarted } from './requirements.ts';
import { type Json, parseJson } from './states.ts';
import { epochSeconds } from './times.ts';

/**
 * Characters that AWS forbids in a name: white space, brackets, wildcards, `"#%\^|~`$&,;:/`, control
 * characters.
 */
const forbiddenInNames = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

export function executionOperations({
  clock,
  machines,
  aliases,
  executions,
  interpreter,
}: {
  readonly clock: TwinClock;
  readonly machines: Machines;
  readonly aliases: Aliases;
  readonly executions: Executions;
  readonly interpreter: Interpreter;
}): Readonly<Record<string, (input: unknown) => unknown>> {
  const now = (): number => clock.now().getTime();

  return {
    StartExecution: operation(
      z.object({
        stateMachineArn: z.string(),
        name: z.string().min(1).max(80).optional(),
        input: z.string().max(262_144).optional(),
        traceHeader: z.string().optional(),
      }),
      ({ stateMachineArn, name = randomUUID(), input = '{}' }) => {
        if (forbiddenInNames.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
        const { machine, revision, ...by } = requireStarted(machines, aliases, stateMachineArn);
        const document = parseInput(input);
        const executionArn = arnOf(revision.name, name);
        const known = executions.find(executionArn);
        if (known !== undefined) {
          if (known.status === 'RUNNING' && known.input === input) {
            return { executionArn, startDate: epochSeconds(known.startedAt) };
          }
          throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
        }
        const startedAt = now();
        const { event, position } = entry(
          machines,
          revision.id,
          revision.definition.StartAt,
          document,
          2,
          startedAt,
        );
        executions.start(
          {
            executionArn,
            stateMachineArn: machine.arn,
            ...by,
            revision: revision.id,
            name,
            status: 'RUNNING',
            input,
            startedAt,
            redrives: [],
            lastEventId: 0,
            position,
          },
          [executionStarted(input, revision.roleArn, by), event],
        );
        interpreter.run(executionArn);
        return { executionArn, startDate: epochSeconds(startedAt) };
      },
    ),

    DescribeExecution: operation(z.object({ executionArn: z.string() }), ({ executionArn }) =>
      descriptionOf(requireExecution(executions, executionArn), now()),
    ),

    ListExecutions: operation(
      z.object({
        stateMachineArn: z.string(),
        statusFilter: z
          .enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'])
          .optional(),
        redriveFilter: z.enum(['REDRIVEN', 'NOT_REDRIVEN']).optional(),
        ...pagingFields,
      }),
      ({ stateMachineArn, statusFilter, redriveFilter, ...request }) => {
        requireStarted(machines, aliases, stateMachineArn);
        const found = executions
          .all()
          .filter((each) =>
            [each.stateMachineArn, each.stateMachineVersionArn, each.stateMachineAliasArn].includes(
              stateMachineArn,
            ),
          )
          .filter((each) => statusFilter === undefined || each.status === statusFilter)
          .filter(
            (each) =>
              redriveFilter === undefined || each.redrives.length > 0 === (redriveFilter === 'REDRIVEN'),
          )
          .reverse()
          .sort((one, other) => other.startedAt - one.startedAt);
        const { items, ...rest } = page(found, (each) => each.executionArn, request);
        return { executions: items.map(summaryOf), ...rest };
      },
    ),

    StopExecution: operation(
      z.object({ executionArn: z.string(), ...failureFields }),
      ({ executionArn, ...failure }) => {
        const execution = requireExecution(executions, executionArn);
        if (execution.status !== 'RUNNING') return { stopDate: epochSeconds(execution.stoppedAt ?? now()) };
        const stoppedAt = now();
        interpreter.halt(executionArn);
        executions.record(execution, [executionAborted(failure)], {
          status: 'ABORTED',
          stoppedAt,
          ...failure,
        });
        return { stopDate: epochSeconds(stoppedAt) };
      },
    ),
  };
}

function parseInput(input: string): Json {
  try {
    return parseJson(input);
  } catch {
    throw new AwsError('InvalidExecutionInput', "Invalid State Machine Execution Input: 'it is not JSON'");
  }
}
