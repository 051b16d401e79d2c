import { beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../core/errors.ts';
import { receiveRequest } from '../../core/onboarding/receive-request.ts';
import { sweepOnboardings } from '../../core/onboarding/upkeep.ts';
import { onboardingOf, request } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboardingId = 'RITM0010001-b2b-onboarding-DEV-1';
const unreachable = new Unavailable({
  service: 'stepfunctions',
  operation: 'StartExecution',
  detail: 'ECONNREFUSED',
});

let world: World;
beforeEach(() => {
  world = createWorld();
});
const later = (seconds: number): void => {
  world.time.now = new Date(world.time.now.getTime() + seconds * 1000);
};

describe('X-1 the sweep', () => {
  test('starts what was recorded and never started, once', async () => {
    world.trouble.next('workflows.start', 'before', unreachable);
    await expect(receiveRequest(world.ports, request, 'digest-a')).rejects.toBe(unreachable);
    later(61);
    expect(await sweepOnboardings(world.ports)).toBe(1);
    expect([...world.fakes.workflows.executions.keys()]).toEqual([onboardingId]);
    expect(await sweepOnboardings(world.ports)).toBe(0);
  });

  test('leaves alone what a webhook is still at work on', async () => {
    world.trouble.next('workflows.start', 'before', unreachable);
    await expect(receiveRequest(world.ports, request, 'digest-a')).rejects.toBe(unreachable);
    later(59);
    expect(await sweepOnboardings(world.ports)).toBe(0);
    expect(world.fakes.workflows.executions.size).toBe(0);
  });

  test('does not start again what has begun, though nobody wrote down that it had', async () => {
    world.trouble.next('tickets.markStarted', 'before', unreachable);
    await expect(receiveRequest(world.ports, request, 'digest-a')).rejects.toBe(unreachable);
    await world.ports.onboardings.create(onboardingOf(onboardingId));
    world.fakes.workflows.executions.clear();
    later(61);
    expect(await sweepOnboardings(world.ports)).toBe(1);
    expect(world.fakes.workflows.executions.size).toBe(0);
    expect(await sweepOnboardings(world.ports)).toBe(0);
  });
});
