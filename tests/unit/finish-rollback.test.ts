import { beforeEach, describe, expect, test } from 'vitest';
import { Conflict, Defect, Rejected, RollbackIncomplete } from '../../core/errors.ts';
import { finishOnboardingRollback } from '../../core/onboarding/upkeep.ts';
import type { StepName } from '../../core/onboarding/onboarding.ts';
import { reportMilestone, subjectOf } from '../../core/onboarding/ticket-report.ts';
import { rollbackIncomplete, rolledBack } from '../../core/onboarding/ticket-texts.ts';
import { onboardingOf, words } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('onb-1');
const refused = new Rejected({ service: 'vendor', operation: 'Delete', detail: 'for good' });
const failed = {
  step: 'gateway-mapping',
  failure: { error: 'Rejected', service: 'vendor', operation: 'Delete', detail: 'for good' },
} as const;
const undoOrder = [
  'credential-delivery',
  'gateway-mapping',
  'cognito-client',
  'okta-profile',
  'ewacs-account',
] as const;

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.ports.onboardings.create(onboarding);
});
const finish = async (): Promise<void> =>
  finishOnboardingRollback({ ...world.ports, undoable: undoOrder.map((name) => world.steps[name]) }, 'onb-1');
const withReference = (text: string, entry: string): string => `${text}\n\n(ref onb-1/${entry})`;
const ticketOf = (text: ReturnType<typeof rolledBack>, entry: string) => ({
  record: 'ticket',
  id: '9f1c',
  fields: {
    state: 'incomplete',
    internalNote: withReference(text.internalNote, entry),
    comment: withReference(text.comment ?? '', entry),
  },
});

describe('WF-8 the end of the undo chain', () => {
  test('has nothing to do where everything is undone, and says nothing', async () => {
    await world.run('cognito-client', 'apply', onboarding);
    await world.run('cognito-client', 'undo', onboarding);
    await finish();
    expect(world.fakes.desk.updates).toEqual([]);
    expect(await world.ports.onboardings.find('onb-1')).toEqual(onboarding);
  });

  test('undoes what the chain could not', async () => {
    for (const step of ['okta-profile', 'cognito-client', 'gateway-mapping'] as const) {
      await world.run(step, 'apply', onboarding);
    }
    await finish();
    expect(world.outside()).toEqual(createWorld().outside());
  });

  test('tells record, ticket and operators which steps are left, and goes on past each', async () => {
    for (const step of ['okta-profile', 'cognito-client'] as const) {
      await world.run(step, 'apply', onboarding);
    }
    world.trouble.next('keys.create', 'before', refused);
    await expect(world.run('gateway-mapping', 'apply', onboarding)).rejects.toBe(refused);
    world.trouble.next('registry.delete', 'before', refused);

    await expect(finish()).rejects.toThrow(
      new RollbackIncomplete({
        service: 'sallyport',
        operation: 'finish-rollback',
        detail: 'cognito-client',
      }),
    );
    expect(world.fakes.directory.everybody()).toEqual([]);
    expect(await world.ports.onboardings.find('onb-1')).toEqual({
      ...onboarding,
      status: 'RollbackIncomplete',
      endedAt: '2026-11-20T10:00:00.000Z',
      reasons: [
        { code: 'cognito-client', sentence: 'cognito-client is not undone: vendor Delete: for good' },
      ],
    });
    const incomplete = ticketOf(
      rollbackIncomplete(words, failed, ['cognito-client']),
      'RollbackIncomplete:cognito-client',
    );
    expect(world.fakes.desk.updates).toEqual([incomplete]);

    // A redrive: still in the way, then not.
    world.trouble.next('registry.delete', 'before', refused);
    await expect(finish()).rejects.toThrow(
      new RollbackIncomplete({
        service: 'sallyport',
        operation: 'finish-rollback',
        detail: 'cognito-client',
      }),
    );
    expect(world.fakes.desk.updates).toEqual([incomplete]);
    await finish();
    await reportMilestone(world.ports, 'onb-1', 'RolledBack');
    expect(world.fakes.cognito.clients.size).toBe(0);
    expect(world.fakes.desk.updates).toEqual([
      incomplete,
      ticketOf(rolledBack(words, subjectOf(onboarding), failed), 'RolledBack'),
    ]);
    expect(await world.ports.onboardings.find('onb-1')).toEqual({
      ...onboarding,
      status: 'RolledBack',
      endedAt: '2026-11-20T10:00:00.000Z',
      reasons: [
        { code: 'cognito-client', sentence: 'cognito-client is not undone: vendor Delete: for good' },
      ],
    });
  });

  test('tells the ticket again if something else is left', async () => {
    for (const step of ['okta-profile', 'cognito-client'] as const) {
      await world.run(step, 'apply', onboarding);
    }
    world.trouble.next('registry.delete', 'before', refused);
    world.trouble.next('directory.delete', 'before', refused);
    await expect(finish()).rejects.toThrow(
      new RollbackIncomplete({
        service: 'sallyport',
        operation: 'finish-rollback',
        detail: 'cognito-client, okta-profile',
      }),
    );
    world.trouble.next('directory.delete', 'before', refused);
    await expect(finish()).rejects.toThrow(
      new RollbackIncomplete({ service: 'sallyport', operation: 'finish-rollback', detail: 'okta-profile' }),
    );
    expect(world.fakes.desk.updates).toEqual([
      ticketOf(
        rollbackIncomplete(words, undefined, ['cognito-client', 'okta-profile']),
        'RollbackIncomplete:cognito-client,okta-profile',
      ),
      ticketOf(rollbackIncomplete(words, undefined, ['okta-profile']), 'RollbackIncomplete:okta-profile'),
    ]);
  });

  test('raises the alarm even if the ticket cannot be told', async () => {
    await world.run('cognito-client', 'apply', onboarding);
    world.trouble.next('registry.delete', 'before', refused);
    world.trouble.next('desk.updateTicket', 'before', refused);
    await expect(finish()).rejects.toThrow(
      new RollbackIncomplete({
        service: 'sallyport',
        operation: 'finish-rollback',
        detail: 'cognito-client',
      }),
    );
  });

  test('names every step that is left, in the order of the undoing', async () => {
    const stuck = new Set<StepName>(['okta-profile', 'credential-delivery']);
    const undoable = undoOrder.map((name) => ({
      ...world.steps[name],
      undo: async () => (stuck.has(name) ? Promise.reject(refused) : Promise.resolve()),
    }));
    await expect(finishOnboardingRollback({ ...world.ports, undoable }, 'onb-1')).rejects.toThrow(
      new RollbackIncomplete({
        service: 'sallyport',
        operation: 'finish-rollback',
        detail: 'credential-delivery, okta-profile',
      }),
    );
  });

  // Failure F-6
  test.each(['Done', 'Rejected'] as const)(
    'of an onboarding that has come to another end, %s, touches nothing',
    async (end) => {
      await world.run('cognito-client', 'apply', onboarding);
      await reportMilestone(world.ports, 'onb-1', end);
      await expect(finish()).rejects.toThrow(
        new Conflict({
          service: 'sallyport',
          operation: 'finish-rollback',
          detail: `it has ended ${end}; have its execution redriven`,
        }),
      );
      expect(world.fakes.cognito.clients.size).toBe(1);
    },
  );

  // Failure F-7
  test('takes a table that refuses for no reason to reject the request', async () => {
    world.trouble.next('onboardings.find', 'before', refused);
    await expect(finish()).rejects.toThrow(
      new Defect({ service: 'vendor', operation: 'Delete', detail: 'for good' }),
    );
  });

  test('of an onboarding that was never recorded has nothing to do', async () => {
    await finishOnboardingRollback({ ...world.ports, undoable: [] }, 'onb-2');
  });
});
