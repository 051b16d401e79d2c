import { beforeEach, describe, expect, test } from 'vitest';
import { OutcomeUnknown } from '../../core/errors.ts';
import { receiveRequest, type RequestOutcome } from '../../core/onboarding/receive-request.ts';
import type { WorkflowStatus } from '../../core/workflow/records.ts';
import { onboardingOf, request } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const first = 'RITM0010001-b2b-onboarding-DEV-1';
const second = 'RITM0010001-b2b-onboarding-DEV-2';
const receipt = (onboardingId: string, status: WorkflowStatus = 'Running') => ({
  onboardingId,
  executionArn: `arn:execution:${onboardingId}`,
  status,
});
const inputOf = (onboardingId: string) =>
  [onboardingId, { onboardingId, ticketNumber: 'RITM0010001' }] as const;

let world: World;
beforeEach(() => {
  world = createWorld();
});
const receive = async (digest: string, asked = request): Promise<RequestOutcome> =>
  receiveRequest(world.ports, asked, digest);
const begin = async (onboardingId: string): Promise<void> => {
  await world.ports.onboardings.create(onboardingOf(onboardingId));
};
const end = async (onboardingId: string, status: WorkflowStatus): Promise<void> =>
  world.ports.onboardings.conclude(onboardingId, ['Running'], status);

describe('X-1 a request', () => {
  test('is recorded and started', async () => {
    expect(await receive('digest-a')).toEqual({ outcome: 'accepted', receipt: receipt(first) });
    expect(await world.ports.tickets.find('RITM0010001')).toEqual({
      ticketNumber: 'RITM0010001',
      attempt: 1,
      onboardingId: first,
      digest: 'digest-a',
      request,
    });
    expect([...world.fakes.workflows.executions]).toEqual([inputOf(first)]);
  });

  test('of the same content has the same answer, before the intake and while it runs', async () => {
    await receive('digest-a');
    expect(await receive('digest-a')).toEqual({ outcome: 'repeated', receipt: receipt(first) });
    await begin(first);
    expect(await receive('digest-a')).toEqual({ outcome: 'repeated', receipt: receipt(first) });
    expect([...world.fakes.workflows.executions]).toEqual([inputOf(first)]);
  });

  test.each(['Done', 'Rejected', 'RolledBack', 'RollbackIncomplete'] as const)(
    'of the same content is told the end %s, and starts nothing, even when Step Functions has forgotten the name',
    async (status) => {
      await receive('digest-a');
      await begin(first);
      await end(first, status);
      world.fakes.workflows.executions.delete(first);
      expect(await receive('digest-a')).toEqual({ outcome: 'repeated', receipt: receipt(first, status) });
      expect(world.fakes.workflows.executions.size).toBe(0);
    },
  );

  test.each([undefined, 'Running', 'Done', 'RollbackIncomplete'] as const)(
    'of other content is a conflict while the last attempt is %s, and changes nothing',
    async (status) => {
      await receive('digest-a');
      if (status !== undefined) await begin(first);
      if (status !== undefined && status !== 'Running') await end(first, status);
      expect(await receive('digest-b')).toEqual({ outcome: 'conflict', onboardingId: first });
      expect(await world.ports.tickets.find('RITM0010001')).toEqual({
        ticketNumber: 'RITM0010001',
        attempt: 1,
        onboardingId: first,
        digest: 'digest-a',
        request,
      });
      expect([...world.fakes.workflows.executions]).toEqual([inputOf(first)]);
    },
  );

  test.each(['Rejected', 'RolledBack'] as const)(
    'of other content is the next attempt after %s',
    async (status) => {
      await receive('digest-a');
      await begin(first);
      await end(first, status);
      const corrected = { ...request, company: 'Acme Ltd' };
      expect(await receive('digest-b', corrected)).toEqual({ outcome: 'accepted', receipt: receipt(second) });
      expect(await world.ports.tickets.find('RITM0010001')).toEqual({
        ticketNumber: 'RITM0010001',
        attempt: 2,
        onboardingId: second,
        digest: 'digest-b',
        request: corrected,
      });
      expect([...world.fakes.workflows.executions]).toEqual([inputOf(first), inputOf(second)]);
      expect(await receive('digest-b', corrected)).toEqual({ outcome: 'repeated', receipt: receipt(second) });
      expect(await receive('digest-a')).toEqual({ outcome: 'conflict', onboardingId: second });
    },
  );

  test('of another kind is the next attempt as well', async () => {
    await receive('digest-a');
    await begin(first);
    await end(first, 'Rejected');
    expect(await receive('digest-b', { ...request, kind: 'b2b-user' })).toEqual({
      outcome: 'accepted',
      receipt: receipt('RITM0010001-b2b-user-DEV-2'),
    });
  });
});

describe('X-1 two deliveries at the same time', () => {
  // Failure F-46
  test('of the same content start one execution, and both get its ids', async () => {
    const answers = await Promise.all([receive('digest-a'), receive('digest-a')]);
    expect(answers).toEqual([
      { outcome: 'accepted', receipt: receipt(first) },
      { outcome: 'repeated', receipt: receipt(first) },
    ]);
    expect([...world.fakes.workflows.executions]).toEqual([inputOf(first)]);
  });

  // Failure F-47
  test('of different content: one wins, the other is a conflict', async () => {
    const answers = await Promise.all([receive('digest-a'), receive('digest-b')]);
    expect(answers).toEqual([
      { outcome: 'accepted', receipt: receipt(first) },
      { outcome: 'conflict', onboardingId: first },
    ]);
  });

  test('of the next attempt make one', async () => {
    await receive('digest-a');
    await begin(first);
    await end(first, 'RolledBack');
    const answers = await Promise.all([receive('digest-b'), receive('digest-b'), receive('digest-c')]);
    expect(answers).toEqual([
      { outcome: 'accepted', receipt: receipt(second) },
      { outcome: 'repeated', receipt: receipt(second) },
      { outcome: 'conflict', onboardingId: second },
    ]);
    expect([...world.fakes.workflows.executions]).toEqual([inputOf(first), inputOf(second)]);
  });
});

describe('X-1 a crash at any call', () => {
  const lost = new OutcomeUnknown({ service: 'any', operation: 'any', detail: 'lost' });

  test('of the first attempt is healed by the next delivery', async () => {
    for (const moment of ['before', 'after'] as const) {
      for (const nth of [1, 2, 3, 4]) {
        world = createWorld();
        world.trouble.nth(nth, moment, lost);
        await expect(receive('digest-a')).rejects.toBe(lost);
        expect(await receive('digest-a')).toEqual({
          outcome: expect.stringMatching(/^(?:accepted|repeated)$/u) as string,
          receipt: receipt(first),
        });
        expect([...world.fakes.workflows.executions]).toEqual([inputOf(first)]);
      }
    }
  });

  test('of the next attempt is healed by the next delivery', async () => {
    for (const moment of ['before', 'after'] as const) {
      for (const nth of [1, 2, 3, 4, 5]) {
        world = createWorld();
        await receive('digest-a');
        await begin(first);
        await end(first, 'Rejected');
        world.trouble.nth(nth, moment, lost);
        await expect(receive('digest-b')).rejects.toBe(lost);
        expect(await receive('digest-b')).toEqual({
          outcome: expect.stringMatching(/^(?:accepted|repeated)$/u) as string,
          receipt: receipt(second),
        });
        expect([...world.fakes.workflows.executions]).toEqual([inputOf(first), inputOf(second)]);
      }
    }
  });
});
