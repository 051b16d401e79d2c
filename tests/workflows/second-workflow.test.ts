import { readFileSync } from 'node:fs';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Conflict } from '../../core/errors.ts';
import { createExecutionRecords, createJournalRecords } from '../../adapters/aws/execution-records.ts';
import { createStalls, createSteps } from '../../adapters/aws/onboarding-records.ts';
import { createWaitingTasks, createWorkflows } from '../../adapters/aws/sfn-workflows.ts';
import { createStallRecords } from '../../adapters/aws/stall-records.ts';
import { createStepRecords } from '../../adapters/aws/step-records.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { Rejected, StepError } from '../../core/errors.ts';
import { finishRollback } from '../../core/workflow/finish-rollback.ts';
import { forMachine } from '../../core/workflow/for-machine.ts';
import { reconcile } from '../../core/workflow/reconcile.ts';
import { recordNextAttempt } from '../../core/workflow/redrive.ts';
import { reportStalls } from '../../core/workflow/stalls.ts';
import { startOnce } from '../../core/workflow/start.ts';
import { runStep, type Step, type StepEvent } from '../../core/workflow/step.ts';
import { sweep } from '../../core/workflow/sweep.ts';
import { countWaits } from '../../core/workflow/waits.ts';
import type { Invocation } from '../../local/lambda/lambda.ts';
import { fakeAlerts } from '../support/fakes/alerts.ts';
import { fakeDesk } from '../support/fakes/ticket-desk.ts';
import {
  answer,
  type Functions,
  machineArn,
  refuse,
  startStepFunctions,
  type StepFunctionsTwin,
  until,
} from '../support/step-functions-twin.ts';
import { tableAt } from '../support/table.ts';
import {
  confirmation,
  decide,
  keyMaker,
  newKey,
  type Rotation,
  type RotationAttempt,
  type RotationFacts,
  rotationReports,
} from './support/key-rotation.ts';

const definition = JSON.parse(
  readFileSync(new URL('support/second-workflow.asl.json', import.meta.url), 'utf8'),
) as StateMachineDefinition;
const keys = { prefix: 'ROTATION', pendingPrefix: 'ROTATION#' };
const maker = keyMaker();

/** Runs a function as Lambda does: its error's name is what the state machine catches. */
const invoked = async (work: () => Promise<unknown>): Promise<Invocation> => {
  try {
    await work();
    return answer(null);
  } catch (error) {
    if (error instanceof StepError) return refuse(error.name, error.message);
    throw error;
  }
};

/** Builds everything of the rotation on the real adapters. */
function rotationOn(twin: StepFunctionsTwin) {
  const table = tableAt(twin.url);
  const desk = fakeDesk();
  const { clock } = twin;
  const journal = { desk, entries: createJournalRecords(table, keys) };
  const steps = createStepRecords<RotationFacts>(table, keys);
  const executions = createExecutionRecords<Rotation>(
    table,
    keys,
    ({ rotationId }) => rotationId,
    systemClock,
  );
  return {
    table,
    desk,
    clock,
    steps,
    executions,
    stalls: createStallRecords(table, keys),
    alerts: fakeAlerts(),
    reports: rotationReports(journal),
    workflows: createWorkflows<RotationAttempt>({ client: twin.client, stateMachineArn: machineArn }),
    tasks: createWaitingTasks(twin.client),
    undoable: [confirmation(steps, clock), newKey(steps, maker)],
    findOrCreate: (id: string) => executions.find(id),
    lastStep: 'confirmation',
    operatorsDecideAfterHours: 24,
  };
}
type RotationWorkflow = ReturnType<typeof rotationOn>;

let twin: StepFunctionsTwin;
let rotation: RotationWorkflow;
/** The latest attempt at each ticket, and whether it was started. */
const attempts = new Map<string, { readonly latest: RotationAttempt; isStarted: boolean }>();
let tickets = 0;
let attempt: RotationAttempt;

const runs =
  (stepOf: (workflow: RotationWorkflow) => Step<Rotation>) =>
  (payload: unknown): Promise<Invocation> =>
    invoked(() => runStep(stepOf(rotation), rotation, payload as StepEvent));
const functions: Functions = {
  intake: (payload) =>
    invoked(async () => {
      const { rotationId, ticketId } = payload as RotationAttempt;
      await rotation.executions.create({
        rotationId,
        ticketId,
        status: 'Running',
        plan: { keyName: rotationId },
        createdAt: twin.clock.now().toISOString(),
      });
    }),
  confirmation: runs(({ steps, clock }) => confirmation(steps, clock)),
  'new-key': runs(({ steps }) => newKey(steps, maker)),
  'finish-rollback': (payload) =>
    invoked(() => finishRollback(rotation, (payload as { readonly executionId: string }).executionId)),
};

beforeAll(async () => {
  twin = await startStepFunctions(definition, functions, { timeScale: 1000 });
  rotation = rotationOn(twin);
});
afterAll(() => twin.stop());
beforeEach(() => {
  maker.refusesDeletion = undefined;
  rotation.alerts.raised.length = 0;
  rotation.desk.updates.length = 0;
  tickets += 1;
  attempt = { rotationId: `KEY-${tickets}-rotation-1`, attempt: 1, ticketId: `KEY-${tickets}` };
  attempts.set(attempt.ticketId, { latest: attempt, isStarted: false });
});

const start = async (started: RotationAttempt): Promise<void> => {
  await startOnce(rotation.executions, rotation.workflows, started.rotationId, started);
  attempts.set(started.ticketId, { latest: started, isStarted: true });
};
const arnOf = ({ rotationId }: RotationAttempt): string => rotation.workflows.executionArnOf(rotationId);
const asked = ({ rotationId }: RotationAttempt) =>
  until(async () => (await rotation.steps.find(rotationId, 'confirmation'))?.facts.taskToken !== undefined);
const decided = async (by: RotationAttempt, confirmed: boolean): Promise<string> => {
  await decide(rotation.steps, rotation.tasks, by.rotationId, confirmed);
  return (await twin.ended(arnOf(by))).status;
};
/** Does what the function `execution-ended` does with the event of an end. */
const ended = ({ rotationId }: RotationAttempt): Promise<void> =>
  forMachine(new Map([[machineArn, (id: string) => reconcile(rotation, id)]]), machineArn)(rotationId);
const statusOf = async ({ rotationId }: RotationAttempt) =>
  (await rotation.executions.find(rotationId))?.status;
const notes = (): readonly (string | undefined)[] =>
  rotation.desk.updates.map(({ fields }) => fields.internalNote?.split('\n')[0]);

describe('X-1 a second workflow on what all workflows have in common', () => {
  test('applies its steps, waits for a person, and records the end that its machine does not', async () => {
    maker.losesAnswer = true;
    await start(attempt);
    await asked(attempt);
    expect(maker.keys.has(attempt.rotationId)).toBe(true);
    const later = { now: () => new Date(twin.clock.now().getTime() + 2 * 3_600_000) };
    expect(await countWaits({ ...rotation, clock: later })).toEqual({ waiting: 1, longestWaitHours: 2 });
    expect(await createSteps(rotation.table).listWaits(later.now())).toEqual([]);

    expect(await decided(attempt, true)).toBe('SUCCEEDED');
    expect(await statusOf(attempt)).toBe('Running');
    await ended(attempt);
    await ended(attempt);
    expect(await statusOf(attempt)).toBe('Done');
    expect(notes()).toEqual(['The rotation has ended Done.']);
  });

  test('undoes every step after a failure, and is redriven as a new attempt', async () => {
    await start(attempt);
    await asked(attempt);
    expect(await decided(attempt, false)).toBe('FAILED');
    await ended(attempt);
    expect(await statusOf(attempt)).toBe('RolledBack');
    expect(maker.keys.has(attempt.rotationId)).toBe(false);
    expect(await rotation.steps.stepsInEffect(attempt.rotationId)).toEqual([]);
    expect(notes()).toEqual(['The rotation has ended RolledBack.']);

    const redrive = () =>
      recordNextAttempt(
        'rotation',
        rotation.executions,
        {
          latest: ({ ticketId }) => Promise.resolve(attempts.get(ticketId)?.latest),
          idOf: ({ rotationId }) => rotationId,
          next: (latest) => ({ ...latest, attempt: 2, rotationId: latest.rotationId.replace(/1$/, '2') }),
          reserve: () => Promise.resolve(undefined),
          release: () => Promise.resolve(),
          supersede: (_latest, next) => {
            attempts.set(next.ticketId, { latest: next, isStarted: false });
            return Promise.resolve(true);
          },
        },
        attempt.rotationId,
      );
    const second = await redrive();
    await expect(redrive()).rejects.toThrow(
      new Conflict({
        service: 'sallyport',
        operation: 'Redrive',
        detail: `a later attempt has begun: ${second.rotationId}`,
      }),
    );
    await start(second);
    await asked(second);
    expect(await decided(second, true)).toBe('SUCCEEDED');
    await ended(second);
    expect(await statusOf(second)).toBe('Done');
  });

  test('alerts the operators and names what a rollback has left behind', async () => {
    await start(attempt);
    await asked(attempt);
    maker.refusesDeletion = new Rejected({ service: 'maker', operation: 'DeleteKey', detail: 'locked' });
    expect(await decided(attempt, false)).toBe('FAILED');
    await ended(attempt);
    expect(await statusOf(attempt)).toBe('RollbackIncomplete');
    expect(notes()).toEqual(['Still there: new-key.']);
    expect(rotation.alerts.raised).toEqual([
      {
        executionId: attempt.rotationId,
        status: 'RollbackIncomplete',
        reasons: [{ code: 'new-key', sentence: 'new-key is not undone: maker DeleteKey: locked' }],
      },
    ]);
  });

  test('is started by the sweep if nobody has started it, and Stopped if its machine was', async () => {
    const later = { now: () => new Date(twin.clock.now().getTime() + 3_600_000) };
    const unstarted = () =>
      Promise.resolve([...attempts.values()].flatMap(({ latest, isStarted }) => (isStarted ? [] : [latest])));
    expect(await sweep(later, unstarted, start)).toBe(1);
    expect(await sweep(later, unstarted, start)).toBe(0);
    await asked(attempt);
    await twin.client.send(new StopExecutionCommand({ executionArn: arnOf(attempt) }));
    await ended(attempt);
    expect(await statusOf(attempt)).toBe('Stopped');
    expect(notes()).toEqual(['Stopped in confirmation, new-key.']);
    expect(rotation.alerts.raised).toEqual([
      {
        executionId: attempt.rotationId,
        status: 'Stopped',
        reasons: [
          { code: 'aborted', sentence: 'The execution was stopped by hand.' },
          { code: 'confirmation', sentence: 'confirmation is not undone.' },
          { code: 'new-key', sentence: 'new-key is not undone.' },
        ],
      },
    ]);
  });

  test('tells its ticket, and then its operators, that it waits for a vendor', async () => {
    await start(attempt);
    await asked(attempt);
    const since = twin.clock.now();
    await rotation.stalls.begin(attempt.rotationId, 'confirmation', since);
    const after = (minutes: number) => ({
      ...rotation,
      clock: { now: () => new Date(since.getTime() + minutes * 60_000) },
    });
    expect(await reportStalls(after(6))).toEqual({ stalled: 1, longestStallMinutes: 6 });
    expect(notes()).toEqual(['confirmation waits for nobody.']);
    await reportStalls(after(24 * 60 + 1));
    expect(rotation.alerts.raised).toEqual([
      {
        executionId: attempt.rotationId,
        status: 'Waiting',
        reasons: [
          {
            code: 'confirmation',
            sentence: expect.stringMatching(
              /^confirmation has waited since \S+Z: its turn has not come, or a vendor cannot be asked\.$/u,
            ) as string,
          },
        ],
      },
    ]);
    expect(await createStalls(rotation.table).list('escalated', after(1).clock.now())).toEqual([]);
    expect(await decided(attempt, true)).toBe('SUCCEEDED');
  });
});
