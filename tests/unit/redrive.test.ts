import { beforeEach, describe, expect, test } from 'vitest';
import { Conflict, NotFound, Rejected } from '../../core/errors.ts';
import { receiveRequest } from '../../core/onboarding/receive-request.ts';
import { redrive } from '../../core/onboarding/redrive.ts';
import { onboardingOf, request } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const first = 'RITM0010001-b2b-onboarding-DEV-1';
const second = 'RITM0010001-b2b-onboarding-DEV-2';

let world: World;
beforeEach(async () => {
  world = createWorld();
  await receiveRequest(world.ports, request, 'digest-a');
  await world.ports.onboardings.create({ ...onboardingOf(first), request });
});
const end = async (status: 'Done' | 'Rejected' | 'RolledBack' | 'RollbackIncomplete'): Promise<void> =>
  world.ports.onboardings.conclude(first, ['Running'], status);

describe('X-4 a redrive by an operator', () => {
  // Failure F-39
  test.each(['Rejected', 'RolledBack'] as const)(
    'is a new attempt after %s, and says what it follows',
    async (status) => {
      await end(status);
      expect(await redrive(world.ports, first)).toEqual({
        onboardingId: second,
        executionArn: `arn:execution:${second}`,
        status: 'Running',
      });
      expect(await world.ports.tickets.find('RITM0010001')).toEqual({
        ticketNumber: 'RITM0010001',
        attempt: 2,
        onboardingId: second,
        digest: 'digest-a',
        request,
        redriveOf: first,
      });
      expect([...world.fakes.workflows.executions.keys()]).toEqual([first, second]);
    },
  );

  test('takes a mended input, by which later deliveries are told from it', async () => {
    await end('Rejected');
    const mended = { ...request, userId: 'dana.li.2' };
    await redrive(world.ports, first, { request: mended, digest: 'digest-b' });
    expect(await world.ports.tickets.find('RITM0010001')).toEqual({
      onboardingId: second,
      digest: 'digest-b',
      request: mended,
      redriveOf: first,
      ticketNumber: 'RITM0010001',
      attempt: 2,
    });
    expect(await receiveRequest(world.ports, mended, 'digest-b')).toEqual({
      outcome: 'repeated',
      receipt: {
        onboardingId: second,
        executionArn: 'arn:execution:RITM0010001-b2b-onboarding-DEV-2',
        status: 'Running',
      },
    });
  });

  test.each(['Running', 'Done', 'RollbackIncomplete'] as const)(
    'is refused while it is %s',
    async (status) => {
      if (status !== 'Running') await end(status);
      await expect(redrive(world.ports, first)).rejects.toThrow(
        new Conflict({
          service: 'sallyport',
          operation: 'Redrive',
          detail: `the onboarding is ${status}; a new attempt follows only Rejected or RolledBack`,
        }),
      );
      expect([...world.fakes.workflows.executions.keys()]).toEqual([first]);
    },
  );

  test('is refused for an attempt that is not the latest: of two at once one is made', async () => {
    await end('Rejected');
    const outcomes = await Promise.allSettled([redrive(world.ports, first), redrive(world.ports, first)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(redrive(world.ports, first)).rejects.toThrow(
      new Conflict({
        service: 'sallyport',
        operation: 'Redrive',
        detail: `a later attempt has begun: ${second}`,
      }),
    );
    expect([...world.fakes.workflows.executions.keys()]).toEqual([first, second]);
  });

  test('is refused with the input of another ticket, and for an onboarding that nobody knows', async () => {
    await end('Rejected');
    const foreign = { ...request, ticket: { ...request.ticket, number: 'RITM0099999' } };
    await expect(redrive(world.ports, first, { request: foreign, digest: 'digest-c' })).rejects.toThrow(
      new Rejected({
        service: 'sallyport',
        operation: 'Redrive',
        detail: 'the input belongs to another ticket: number and id must stay the same',
      }),
    );
    await expect(redrive(world.ports, 'nobody')).rejects.toThrow(
      new NotFound({ service: 'sallyport', operation: 'Redrive', detail: 'there is no such onboarding' }),
    );
    expect(await world.ports.tickets.find('RITM0010001')).toEqual({
      ticketNumber: 'RITM0010001',
      attempt: 1,
      onboardingId: first,
      digest: 'digest-a',
      request,
    });
  });
});
