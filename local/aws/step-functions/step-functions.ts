import type { TwinClock } from '../../kernel/clock.ts';
import type { Store } from '../../kernel/store.ts';
import type { Lambda } from '../../lambda/lambda.ts';
import type { AwsService } from '../service.ts';
import { aliasOperations } from './alias-operations.ts';
import { openAliases } from './aliases.ts';
import { executionOperations } from './execution-operations.ts';
import { type Execution, openExecutions } from './executions.ts';
import { historyOperations } from './history-operations.ts';
import { createInterpreter } from './interpreter.ts';
import { machineOperations } from './machine-operations.ts';
import { type MachineSpecification, openMachines } from './machines.ts';
import { redriveOperations } from './redrive.ts';
import { createRunState } from './states/run-state.ts';
import { taskOperations } from './task-operations.ts';
import { openTaskTokens } from './task-tokens.ts';
import { createTasks } from './tasks.ts';

export interface StepFunctions extends AwsService {
  readonly name: 'stepfunctions';
  /** Lists the executions without their inputs and outputs, the oldest first. */
  list(): readonly ExecutionSummary[];
  /**
   * Continues every execution that was running when the previous process ended. A function that was running
   * is invoked again. A task that waits for its callback waits for the rest of its time.
   */
  resume(): void;
  /** Stops the interpreter. Executions that were running can still be resumed. */
  close(): void;
}

export interface ExecutionSummary extends Pick<Execution, 'executionArn' | 'name' | 'status' | 'error'> {
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601. Absent while it is running. */
  readonly stoppedAt?: string;
}

export interface StepFunctionsOptions {
  readonly store: Store;
  readonly clock: TwinClock;
  readonly lambda: Lambda;
  /** What the deployed names of functions have before their short names. */
  readonly functionPrefix: string;
  readonly machines: readonly MachineSpecification[];
  /** Called for every execution that starts, ends or is redriven, after the change is stored. */
  readonly onStatusChange?: (execution: Execution) => void;
}

/**
 * Creates Step Functions (API version 2016-11-23): Standard workflows in JSONPath with Lambda tasks.
 *
 * @throws Error if a definition is invalid or uses a feature that the twin does not support
 */
export function createStepFunctions({
  store,
  clock,
  lambda,
  functionPrefix,
  machines: specifications,
  onStatusChange = () => undefined,
}: StepFunctionsOptions): StepFunctions {
  const machines = openMachines(store, clock, specifications);
  const aliases = openAliases(store, clock, machines);
  const executions = openExecutions(store, clock, onStatusChange);
  const tokens = openTaskTokens(store, clock, executions);
  const tasks = createTasks({ clock, lambda, functionPrefix, executions, tokens });
  const runState = createRunState({ clock, machines, executions, tasks });
  const interpreter = createInterpreter({ clock, machines, executions, runState });

  return {
    name: 'stepfunctions',
    operations: {
      ...machineOperations({ machines, aliases, executions }),
      ...aliasOperations({ machines, aliases }),
      ...executionOperations({ clock, machines, aliases, executions, interpreter }),
      ...redriveOperations({ clock, executions, interpreter }),
      ...historyOperations({ executions }),
      ...taskOperations({ tokens }),
    },
    list: () =>
      executions.all().map(({ executionArn, name, status, error, startedAt, stoppedAt }) => ({
        name,
        status,
        ...(error !== undefined && { error }),
        startedAt: new Date(startedAt).toISOString(),
        ...(stoppedAt !== undefined && { stoppedAt: new Date(stoppedAt).toISOString() }),
        executionArn,
      })),
    resume: () => {
      for (const { executionArn, status } of executions.all()) {
        if (status === 'RUNNING') interpreter.run(executionArn);
      }
    },
    close: () => interpreter.haltAll(),
  };
}
