import { beforeEach, describe, expect, test } from 'vitest';
import { OutcomeUnknown, Rejected, RollbackIncomplete, Unavailable } from '../../core/errors.ts';
import { finishOnboardingRollback } from '../../core/onboarding/upkeep.ts';
import type { ExecutionState } from '../../core/workflow/ports.ts';
import { receiveRequest } from '../../core/onboarding/receive-request.ts';
import { reconcileOnboarding } from '../../core/onboarding/upkeep.ts';
import { redrive } from '../../core/onboarding/redrive.ts';
import { reportMilestone } from '../../core/onboarding/ticket-report.ts';
import { onboardingOf, request } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboardingId = 'RITM0010001-b2b-onboarding-DEV-1';
const onboarding = onboardingOf(onboardingId);
const endedAt = new Date('2026-11-20T10:05:00Z');
const after = (seconds: number): Date => new Date(endedAt.getTime() + seconds * 1000);

let world: World;
beforeEach(async () => {
  world = createWorld();
  await receiveRequest(world.ports, request, 'digest-a');
});
const begun = async (): Promise<void> => {
  await world.ports.onboardings.create(onboarding);
};
const ends = (state: Partial<ExecutionState>): void => {
  world.fakes.workflows.states.set(onboardingId, { status: 'FAILED', redriveCount: 0, ...state });
};
const told = async (): Promise<void> => reconcileOnboarding(world.ports, onboardingId, endedAt);
const recordedNow = () => ({ endedAt: world.time.now.toISOString() });
const record = async () => world.ports.onboardings.find(onboardingId);
const notes = (): readonly string[] =>
  world.fakes.desk.updates.map(({ fields }) => /\/(.+)\)$/u.exec(fields.internalNote ?? '')?.[1] ?? '');

describe('X-1 an end that the execution could not record is recorded, and the ticket told,', () => {
  test.each([
    [{ status: 'SUCCEEDED' }, 'Done'],
    [{ status: 'FAILED', error: 'RolledBack' }, 'RolledBack'],
    [{ status: 'FAILED', error: 'Rejected' }, 'Rejected'],
  ] as const)('%j: %s', async (state, status) => {
    await begun();
    ends(state);
    await told();
    await told();
    expect(await record()).toEqual({ ...onboarding, ...recordedNow(), status });
    expect(notes()).toEqual([status]);
    expect(world.fakes.alerts.raised).toEqual([]);
  });

  // Failure F-26
  test('also if the intake left no record: then the same ticket can be tried again', async () => {
    ends({ error: 'RolledBack' });
    await told();
    expect(await record()).toEqual({ ...onboarding, ...recordedNow(), status: 'RolledBack' });
    expect(notes()).toEqual(['RolledBack']);
    expect(await redrive(world.ports, onboardingId)).toEqual({
      onboardingId: 'RITM0010001-b2b-onboarding-DEV-2',
      executionArn: 'arn:execution:RITM0010001-b2b-onboarding-DEV-2',
      status: 'Running',
    });
    expect(await receiveRequest(world.ports, { ...request, company: 'Acme' }, 'digest-b')).toEqual({
      outcome: 'conflict',
      onboardingId: 'RITM0010001-b2b-onboarding-DEV-2',
    });
  });

  test('also if the intake left no record and what it asks for has left the catalogue since', async () => {
    ends({ error: 'RolledBack' });
    await reconcileOnboarding(
      { ...world.ports, catalogue: { ...world.ports.catalogue, products: {} } },
      onboardingId,
      endedAt,
    );
    expect(await record()).toEqual({
      ...onboarding,
      ...recordedNow(),
      status: 'RolledBack',
      plan: {
        ...onboarding.plan,
        scopes: [],
        routes: [],
        productName: 'credit-reports',
        group: '',
        ratePlan: '',
        objections: [
          { code: 'unknown_product', sentence: 'The product credit-reports is no longer offered.' },
        ],
      },
    });
    expect(notes()).toEqual(['RolledBack']);
  });

  test.each(['Done', 'Rejected', 'RolledBack'] as const)(
    'also if only the ticket has not heard of %s',
    async (status) => {
      await begun();
      const away = new OutcomeUnknown({
        service: 'servicenow',
        operation: 'UpdateRecord',
        detail: 'time-out',
      });
      world.trouble.next('desk.updateTicket', 'before', away);
      await expect(reportMilestone(world.ports, onboardingId, status)).rejects.toBe(away);
      await told();
      await told();
      expect(notes()).toEqual([status]);
    },
  );

  test('also of a redriven rollback', async () => {
    await begun();
    await world.ports.onboardings.conclude(onboardingId, ['Running'], 'RollbackIncomplete', []);
    ends({ error: 'RolledBack', redriveCount: 1, redrivenAt: after(-60) });
    await told();
    expect(await record()).toEqual({ ...onboarding, ...recordedNow(), status: 'RolledBack', reasons: [] });
  });
});

describe('X-4 an execution that ends without an end of its own', () => {
  const aborted = { code: 'aborted', sentence: 'The execution was stopped by hand.' };
  const stepsInEffect = [
    { code: 'cognito-client', sentence: 'cognito-client is not undone.' },
    { code: 'okta-profile', sentence: 'okta-profile is not undone.' },
  ];
  test.each([
    [{ status: 'ABORTED' }, aborted],
    [{ status: 'TIMED_OUT' }, { code: 'timed_out', sentence: 'The execution ran out of time.' }],
    [
      { error: 'Sandbox.Timedout' },
      {
        code: 'failed',
        sentence: 'The execution failed where nothing takes an error over: Sandbox.Timedout.',
      },
    ],
    [
      {},
      {
        code: 'failed',
        sentence: 'The execution failed where nothing takes an error over: an error without a name.',
      },
    ],
  ] as const)('%j is Stopped: record, alert and ticket say what is there', async (state, why) => {
    await begun();
    for (const step of ['okta-profile', 'cognito-client'] as const) {
      await world.run(step, 'apply', onboarding);
    }
    ends(state);
    await told();
    const reasons = [why, ...stepsInEffect];
    expect(await record()).toEqual({ ...onboarding, ...recordedNow(), status: 'Stopped', reasons });
    expect(world.fakes.alerts.raised).toEqual([{ executionId: onboardingId, status: 'Stopped', reasons }]);
    expect(notes()).toEqual(['Stopped:0']);
    expect(world.fakes.desk.updates[0]?.fields.internalNote).toContain(
      'Set up so far, wholly or in part: the API client; the partner profile or its group membership.',
    );
  });

  test('is told before anything was set up as well', async () => {
    ends({ status: 'ABORTED' });
    await told();
    expect(await record()).toEqual({
      ...onboarding,
      ...recordedNow(),
      status: 'Stopped',
      reasons: [aborted],
    });
    expect(world.fakes.desk.updates[0]?.fields.internalNote).toContain('Nothing has been set up yet.');
  });

  test('can still come to any other end, and stop again', async () => {
    await begun();
    ends({ status: 'ABORTED' });
    await told();
    ends({ status: 'ABORTED', redriveCount: 1, redrivenAt: after(-1) });
    await told();
    expect(notes()).toEqual(['Stopped:0', 'Stopped:1']);
    await reportMilestone(world.ports, onboardingId, 'Done');
    expect(await record()).toEqual({ ...onboarding, ...recordedNow(), status: 'Done', reasons: [aborted] });
  });

  // Failure F-28
  test('keeps the alert if the ticket cannot be told, and tells the ticket the next time', async () => {
    await begun();
    ends({ status: 'ABORTED' });
    const away = new OutcomeUnknown({ service: 'servicenow', operation: 'UpdateRecord', detail: 'time-out' });
    world.trouble.next('desk.updateTicket', 'before', away);
    await expect(told()).rejects.toBe(away);
    expect(world.fakes.alerts.raised).toHaveLength(1);
    await told();
    expect(notes()).toEqual(['Stopped:0']);
  });
});

test('X-2 a rollback that is incomplete raises an alert that names what is left', async () => {
  await begun();
  await world.run('cognito-client', 'apply', onboarding);
  const refused = new Rejected({ service: 'cognito', operation: 'DeleteUserPoolClient', detail: 'for good' });
  world.trouble.next('registry.delete', 'before', refused);
  world.trouble.next('desk.updateTicket', 'before', refused);
  await expect(
    finishOnboardingRollback({ ...world.ports, undoable: [world.steps['cognito-client']] }, onboardingId),
  ).rejects.toThrow(
    new RollbackIncomplete({ service: 'sallyport', operation: 'finish-rollback', detail: 'cognito-client' }),
  );
  ends({ error: 'RollbackIncomplete' });
  await told();
  const reasons = [
    {
      code: 'cognito-client',
      sentence: 'cognito-client is not undone: cognito DeleteUserPoolClient: for good',
    },
  ];
  const status = 'RollbackIncomplete';
  expect(world.fakes.alerts.raised).toEqual([{ executionId: onboardingId, status, reasons }]);
  expect(notes(), 'FinishRollback could not tell the ticket').toEqual(['RollbackIncomplete:cognito-client']);
  expect(await record()).toEqual({ ...onboarding, ...recordedNow(), status, reasons });
});

describe('X-1 nothing changes', () => {
  test.each(['Done', 'Rejected', 'RolledBack'] as const)(
    'where the record says %s, and the ticket',
    async (status) => {
      await begun();
      await reportMilestone(world.ports, onboardingId, status);
      const updates = [...world.fakes.desk.updates];
      await told();
      expect(world.trouble.calls).not.toContain('workflows.stateOf');
      expect(world.fakes.desk.updates).toEqual(updates);
    },
  );

  test('while the execution runs: redriven since it ended, or asked about by an operator', async () => {
    await begun();
    ends({ status: 'RUNNING', redriveCount: 1, redrivenAt: after(1) });
    await told();
    await reconcileOnboarding(world.ports, onboardingId);
    expect(await record()).toEqual(onboarding);
  });

  test("for an attempt that is not the ticket's latest, or a ticket that nobody knows", async () => {
    await reconcileOnboarding(world.ports, 'RITM0010001-b2b-onboarding-DEV-2', endedAt);
    await reconcileOnboarding(world.ports, 'RITM7-b2b-onboarding-DEV-1', endedAt);
    expect(await world.ports.onboardings.find('RITM0010001-b2b-onboarding-DEV-2')).toBeUndefined();
    expect(world.fakes.alerts.raised).toEqual([]);
  });
});

// Failure F-10
test('X-1 an end that Step Functions does not show yet is looked at again', async () => {
  await begun();
  ends({ status: 'RUNNING', redriveCount: 1, redrivenAt: after(-60) });
  await expect(told()).rejects.toThrow(
    new Unavailable({
      service: 'stepfunctions',
      operation: 'DescribeExecution',
      detail: 'the execution is not known to have ended',
    }),
  );
});
