import { beforeEach, describe, expect, test } from 'vitest';
import { AwaitingTurn, Throttled, Unavailable } from '../../core/errors.ts';
import { finishOnboardingRollback } from '../../core/onboarding/upkeep.ts';
import { reportStalledOnboardings } from '../../core/onboarding/upkeep.ts';
import { undoWaitsForVendor, waitsForVendor } from '../../core/onboarding/ticket-texts.ts';
import { onboardingOf } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('RITM0010001-b2b-onboarding-DEV-1');
const { onboardingId } = onboarding;
const down = new Unavailable({ service: 'okta', operation: 'GetUser', detail: 'HTTP 503' });
const start = new Date('2026-11-20T10:00:00Z');
const minutes = (count: number): Date => new Date(start.getTime() + count * 60_000);

let world: World;
beforeEach(async () => {
  world = createWorld();
  world.time.now = start;
  await world.ports.onboardings.create(onboarding);
  await world.ports.workflows.start(onboardingId, { onboardingId, ticketNumber: 'RITM0010001' });
});
const stallOkta = async (error: Error = down): Promise<void> => {
  world.trouble.next('directory.findByLogin', 'before', error);
  await expect(world.run('okta-profile', 'apply', onboarding)).rejects.toBe(error);
};
const sweepAt = async (minute: number) => {
  world.time.now = minutes(minute);
  return reportStalledOnboardings({ ...world.ports, operatorsDecideAfterHours: 24 });
};
const notes = () => world.fakes.desk.updates.map(({ fields }) => fields.internalNote?.split('\n\n')[0]);
const note = waitsForVendor('Okta', start).internalNote;

describe('X-14 an onboarding that waits for a vendor', () => {
  // Failure F-22
  test.each([
    ['is down', down],
    ['is busy', new Throttled({ service: 'okta', operation: 'GetUser', detail: '429' })],
    [
      'is used up for now',
      new AwaitingTurn({ service: 'okta', operation: 'okta-users', until: minutes(20) }),
    ],
  ])('that %s is told to its ticket, once, when that takes more than a few minutes', async (_what, error) => {
    await stallOkta(error);
    expect(await sweepAt(5)).toEqual({ stalled: 0, longestStallMinutes: 0 });
    expect(notes()).toEqual([]);
    await stallOkta(error);
    expect(await sweepAt(6)).toEqual({ stalled: 1, longestStallMinutes: 6 });
    await sweepAt(11);
    expect(notes()).toEqual([note]);
    expect(world.fakes.alerts.raised).toEqual([]);
  });

  test('to be undone, after its step had failed, is told so beside the earlier wait', async () => {
    await stallOkta();
    await sweepAt(6);
    await world.run('credential-delivery', 'undo', onboarding);
    world.time.now = minutes(7);
    world.trouble.next('directory.findByLogin', 'before', down);
    await expect(world.run('okta-profile', 'undo', onboarding)).rejects.toBe(down);
    await world.ports.stalls.advance(
      { executionId: onboardingId, what: 'okta-profile', since: start, stage: 'told' },
      'untold',
    );
    await sweepAt(13);
    expect(notes()).toEqual([note, undoWaitsForVendor('Okta', start).internalNote]);
  });

  test('is for operators to decide after a day, and waits on', async () => {
    await stallOkta();
    await sweepAt(6);
    await sweepAt(24 * 60);
    expect(world.fakes.alerts.raised).toEqual([]);
    await sweepAt(24 * 60 + 1);
    await sweepAt(24 * 60 + 6);
    expect(world.fakes.alerts.raised).toEqual([
      {
        executionId: onboardingId,
        status: 'Waiting',
        reasons: [
          {
            code: 'okta-profile',
            sentence: 'okta-profile has waited since 2026-11-20T10:00:00.000Z: okta GetUser: HTTP 503.',
          },
        ],
      },
    ]);
    expect(await world.ports.onboardings.find(onboardingId)).toEqual(onboarding);
  });

  test('is brought to the operators even if its ticket cannot be told', async () => {
    await stallOkta();
    const away = new Unavailable({ service: 'servicenow', operation: 'UpdateRecord', detail: 'HTTP 503' });
    world.trouble.next('desk.updateTicket', 'before', away);
    await expect(sweepAt(6)).rejects.toBe(away);
    await sweepAt(24 * 60 + 1);
    expect(world.fakes.alerts.raised).toEqual([
      {
        executionId: onboardingId,
        status: 'Waiting',
        reasons: [
          {
            code: 'okta-profile',
            sentence: 'okta-profile has waited since 2026-11-20T10:00:00.000Z: okta GetUser: HTTP 503.',
          },
        ],
      },
    ]);
  });

  test('is forgotten if its execution was stopped', async () => {
    await stallOkta();
    world.fakes.workflows.states.set(onboardingId, { status: 'ABORTED', redriveCount: 0 });
    await sweepAt(6);
    expect([notes(), await world.ports.stalls.list('untold', minutes(60))]).toEqual([[], []]);
  });
});

describe('X-14 the undo waits, too', () => {
  const finish = () =>
    finishOnboardingRollback(
      { ...world.ports, undoable: [world.steps['cognito-client'], world.steps['okta-profile']] },
      onboardingId,
    );

  test('a rollback whose vendor is down is not incomplete: it is run again', async () => {
    for (const step of ['okta-profile', 'cognito-client'] as const) {
      await world.run(step, 'apply', onboarding);
    }
    world.trouble.next('registry.delete', 'before', down);
    await expect(finish()).rejects.toBe(down);
    expect(world.fakes.directory.everybody()).toEqual([]);
    expect(await world.ports.onboardings.find(onboardingId)).toEqual(onboarding);
    expect(await world.ports.stalls.list('untold', minutes(1))).toEqual([
      { executionId: onboardingId, what: 'cognito-client', since: start, stage: 'untold' },
    ]);
    await finish();
    expect(world.fakes.cognito.clients.size).toBe(0);
  });

  test('a step whose undo waits is told to the ticket', async () => {
    await world.run('okta-profile', 'apply', onboarding);
    world.trouble.next('directory.findByLogin', 'before', down);
    await expect(world.run('okta-profile', 'undo', onboarding)).rejects.toBe(down);
    await sweepAt(6);
    expect(notes()).toEqual([undoWaitsForVendor('Okta', start).internalNote]);
  });
});
