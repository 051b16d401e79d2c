import { beforeEach, describe, expect, test } from 'vitest';
import { type Capacity, recount } from '../../core/capacity/capacity.ts';
import { Conflict } from '../../core/errors.ts';
import { receiveRequest, type RequestOutcome } from '../../core/onboarding/receive-request.ts';
import { redrive } from '../../core/onboarding/redrive.ts';
import { reportMilestone } from '../../core/onboarding/ticket-report.ts';
import { onboardingOf, request } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

let world: World;
let capacity: Capacity;
beforeEach(() => {
  world = createWorld();
  capacity = { ...world.ports.capacity, limits: { 'app-clients': 3, 'api-keys': 2 } };
});
const asked = (number: number, kind: 'b2b-onboarding' | 'b2b-user' | 'api-client' = 'b2b-onboarding') => ({
  ...request,
  kind,
  ticket: { ...request.ticket, number: `RITM000000${number}` },
});
const receive = (
  number: number,
  digest = 'digest',
  kind?: Parameters<typeof asked>[1],
): Promise<RequestOutcome> => receiveRequest({ ...world.ports, capacity }, asked(number, kind), digest);
const outcomes = async (...received: readonly Promise<RequestOutcome>[]): Promise<readonly string[]> =>
  (await Promise.all(received)).map(({ outcome }) => outcome);
const taken = async () => [
  (await capacity.records.find('app-clients'))?.taken,
  (await capacity.records.find('api-keys'))?.taken,
];

describe('X-14 a request for a client that has no place', () => {
  test('is not accepted, and leaves nothing behind', async () => {
    expect(await outcomes(receive(1), receive(2))).toEqual(['accepted', 'accepted']);
    expect(await receive(3)).toEqual({ outcome: 'full', counted: 'api-keys' });
    expect(await world.ports.tickets.find('RITM0000003')).toBeUndefined();
    expect(world.fakes.workflows.executions.size).toBe(2);
    expect(await taken()).toEqual([2, 2]);
  });

  test('is one beyond the limit, however many come at once', async () => {
    const all = await outcomes(...[1, 2, 3, 4, 5].map((number) => receive(number)));
    expect(all.toSorted()).toEqual(['accepted', 'accepted', 'full', 'full', 'full']);
  });

  test('takes one place however often it is delivered', async () => {
    capacity = { ...capacity, limits: { 'app-clients': 10, 'api-keys': 10 } };
    expect((await outcomes(receive(1), receive(1), receive(1))).toSorted()).toEqual([
      'accepted',
      'repeated',
      'repeated',
    ]);
    expect(await taken()).toEqual([1, 1]);
    expect(await outcomes(receive(1), receive(1, 'other'))).toEqual(['repeated', 'conflict']);
    expect(await taken()).toEqual([1, 1]);
  });

  test('is none that makes no client', async () => {
    await outcomes(receive(1), receive(2));
    expect(await outcomes(receive(3, 'digest', 'b2b-user'))).toEqual(['accepted']);
    expect(await taken()).toEqual([2, 2]);
  });

  test('cannot be redriven either', async () => {
    await receive(1);
    const id = 'RITM0000001-b2b-onboarding-DEV-1';
    await world.ports.onboardings.create({ ...onboardingOf(id), request: asked(1) });
    await reportMilestone(world.ports, id, 'RolledBack');
    await receive(2);
    await expect(redrive({ ...world.ports, capacity }, id)).rejects.toThrow(
      new Conflict({ service: 'sallyport', operation: 'Redrive', detail: 'all api-keys are taken' }),
    );
    expect(await taken()).toEqual([2, 2]);
    expect(await world.ports.tickets.find('RITM0000001')).toEqual({
      ticketNumber: 'RITM0000001',
      attempt: 1,
      onboardingId: id,
      digest: 'digest',
      request: asked(1),
    });
  });
});

describe('X-14 the places that are taken', () => {
  let there: number;
  beforeEach(() => {
    there = 1;
  });
  const counted = () =>
    recount({
      ...capacity,
      clock: world.ports.clock,
      count: { 'app-clients': () => Promise.resolve(there), 'api-keys': () => Promise.resolve(2 * there) },
      countRunning: () => Promise.resolve(1),
    });

  test('are those that are there, whoever made them, and those that are under way', async () => {
    capacity = { ...capacity, limits: { 'app-clients': 10, 'api-keys': 10 } };
    await outcomes(receive(1), receive(2), receive(3));
    expect(await counted()).toEqual({ 'app-clients': 20, 'api-keys': 30 });
    expect(await taken()).toEqual([2, 3]);
  });

  test('are counted once in an hour', async () => {
    await counted();
    there = 5;
    expect(await counted()).toEqual({ 'app-clients': 66, 'api-keys': 150 });
    world.time.now = new Date(world.time.now.getTime() + 3_600_000);
    expect(await counted()).toEqual({ 'app-clients': 200, 'api-keys': 550 });
    expect(await outcomes(receive(1))).toEqual(['full']);
  });

  test('stay as they are if one is taken while they are counted', async () => {
    capacity = { ...capacity, limits: { 'app-clients': 10, 'api-keys': 10 } };
    await recount({
      ...capacity,
      clock: world.ports.clock,
      countRunning: () => Promise.resolve(0),
      count: {
        'app-clients': async () => {
          await receive(1);
          return 7;
        },
        'api-keys': () => Promise.resolve(7),
      },
    });
    expect(await taken()).toEqual([1, 7]);
  });
});
