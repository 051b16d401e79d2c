import { describe, expect, test } from 'vitest';
import { Conflict } from '../../core/errors.ts';
import { receiveClosedTask } from '../../core/onboarding/receive-closed-task.ts';
import { intakeRequest } from '../../core/onboarding/request-intake.ts';
import { catalogue, onboardingOf, request } from '../support/fakes/samples.ts';
import { createWorld } from '../support/fakes/world.ts';

const one = onboardingOf('RITM1-b2b-onboarding-DEV-1');
const other = onboardingOf('RITM2-b2b-onboarding-DEV-1', { userId: 'kim.ro', email: 'kim@acme.example' });

async function worldWith(...onboardings: readonly (typeof one)[]) {
  const world = createWorld();
  for (const onboarding of onboardings) await world.ports.onboardings.create(onboarding);
  return world;
}

describe('X-1 two tickets', () => {
  // Failure F-56
  test('for the same company and product have a client and a key each; undoing one leaves the other its own', async () => {
    const world = await worldWith(one, other);
    const run = async (
      step: 'cognito-client' | 'gateway-mapping',
      action: 'apply' | 'undo',
      which = [one, other],
    ): Promise<unknown> => Promise.all(which.map(async (onboarding) => world.run(step, action, onboarding)));
    await run('cognito-client', 'apply');
    await run('gateway-mapping', 'apply');
    const { clients, keys, mappings } = structuredClone(world.outside());
    expect(mappings.map(({ partnerId, onboardingId }) => [partnerId, onboardingId])).toEqual(
      [one, other].map(({ partnerId, onboardingId }) => [partnerId, onboardingId]),
    );
    expect([
      one.partnerId,
      clients.length,
      keys.length,
      new Set(mappings.map(({ apiKey }) => apiKey)).size,
    ]).toEqual([other.partnerId, 2, 2, 2]);

    await run('gateway-mapping', 'undo', [one]);
    await run('cognito-client', 'undo', [one]);
    expect(world.outside()).toEqual({
      ...createWorld().outside(),
      clients: clients.slice(1),
      keys: keys.slice(1),
      mappings: mappings.slice(1),
    });
  });

  // Failure F-55
  test('for one user id of different partners or mailboxes: the first has it, the other goes', async () => {
    for (const [changed, detail] of [
      [{ company: 'Beta Bank' }, 'the user id belongs to a user of another partner'],
      [{ email: 'dana@elsewhere.example' }, 'the user id belongs to a user with another e-mail address'],
    ] as const) {
      const rival = onboardingOf('RITM3-b2b-onboarding-DEV-1', changed);
      const world = await worldWith(one, rival);
      await world.run('okta-profile', 'apply', one);
      await expect(world.run('okta-profile', 'apply', rival)).rejects.toThrow(
        new Conflict({ service: 'okta', operation: 'GetUser', detail }),
      );
      await world.run('okta-profile', 'undo', rival);
      expect(world.fakes.directory.everybody()).toEqual([
        {
          login: 'dana.li',
          partnerId: one.partnerId,
          onboardingId: one.onboardingId,
          groupIds: ['group-credit'],
          userId: 'user-1',
          email: 'api-team@acme.example',
          active: true,
          since: '2026-11-20T10:00:00.000Z',
        },
      ]);
    }
  });

  // Failure F-57
  test('an api-client lays no claim to the profile it is asked for', async () => {
    const world = await worldWith(one);
    await world.run('okta-profile', 'apply', one);
    const ticket = { ticketNumber: 'RITM4', onboardingId: 'RITM4-api-client-DEV-1' };
    await world.ports.tickets.record({
      ...ticket,
      attempt: 1,
      digest: 'd',
      request: { ...request, kind: 'api-client' },
    });
    expect(await intakeRequest({ ...world.ports, catalogue }, ticket)).toEqual({
      kind: 'api-client',
      awaitsPrerequisite: false,
    });
    await world.run('okta-profile', 'undo', one);
    expect(world.fakes.directory.everybody()).toEqual([]);
  });
});

describe('WF-3 the closing of an EWACS task', () => {
  const waiting = onboardingOf('RITM5-b2b-onboarding-DEV-1', { prerequisiteMet: false });
  const closing = { id: 'sys-SCTASK1', number: 'SCTASK1', ticketNumber: 'RITM5', state: 'complete' } as const;
  async function waitingWorld() {
    const world = await worldWith(waiting);
    await world.ports.tickets.record({
      ticketNumber: 'RITM5',
      attempt: 1,
      onboardingId: waiting.onboardingId,
      digest: 'd',
      request: waiting.request,
    });
    world.fakes.tasks.waiting.add('token-1');
    await world.run('ewacs-account', 'apply', waiting, 'token-1');
    return world;
  }

  // Failure F-62
  test('between the time-out and the undo is taken, and changes nothing about the undo', async () => {
    const world = await waitingWorld();
    world.fakes.tasks.waiting.delete('token-1');
    world.fakes.desk.close('SCTASK1', 'complete');
    expect(await receiveClosedTask(world.ports, closing)).toBe('closed');
    await world.run('ewacs-account', 'undo', waiting);
    expect(world.fakes.desk.updates).toEqual([]);
    expect(await world.ports.steps.find(waiting.onboardingId, 'ewacs-account')).toEqual({
      state: 'undone',
      step: 'ewacs-account',
      facts: { taskToken: 'token-1', taskId: 'sys-SCTASK1', taskNumber: 'SCTASK1', closedState: 'complete' },
    });
  });

  // Failure F-64
  test('while nobody waits at the moment is found by whoever waits next', async () => {
    const world = await waitingWorld();
    world.fakes.tasks.waiting.delete('token-1');
    world.fakes.desk.close('SCTASK1', 'complete');
    expect(await receiveClosedTask(world.ports, closing)).toBe('closed');
    world.fakes.tasks.waiting.add('token-2');
    await world.run('ewacs-account', 'apply', waiting, 'token-2');
    expect(world.fakes.tasks.ended).toEqual(new Map([['token-2', 'succeeded']]));
    expect(world.fakes.desk.tasks()).toHaveLength(1);
  });
});
