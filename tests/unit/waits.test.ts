import { beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../core/errors.ts';
import { countWaits } from '../../core/workflow/waits.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const unreachable = new Unavailable({
  service: 'stepfunctions',
  operation: 'DescribeExecution',
  detail: 'ECONNREFUSED',
});

let world: World;
beforeEach(() => {
  world = createWorld();
});
const later = (minutes: number): void => {
  world.time.now = new Date(world.time.now.getTime() + minutes * 60_000);
};

/** Begins to wait now, in an execution that runs. */
async function wait(onboardingId: string): Promise<void> {
  await world.ports.workflows.start(onboardingId, { onboardingId, ticketNumber: onboardingId });
  await world.ports.steps.intend(onboardingId, 'ewacs-account');
  await world.ports.steps.wait(onboardingId, 'ewacs-account', world.time.now, { taskToken: 'token' });
}
const stop = (onboardingId: string): void => {
  world.fakes.workflows.states.set(onboardingId, { status: 'ABORTED', redriveCount: 0 });
};
const looks = (): number => world.trouble.calls.filter((call) => call === 'workflows.isRunning').length;

describe('WF-12 the count of waits', () => {
  test('tells how many wait, and the whole hours of the longest wait, by one look at Step Functions', async () => {
    await wait('first');
    later(71 * 60);
    await wait('second');
    later(59);
    expect(await countWaits(world.ports)).toEqual({ waiting: 2, longestWaitHours: 71 });
    later(1);
    expect(await countWaits(world.ports)).toEqual({ waiting: 2, longestWaitHours: 72 });
    expect(looks()).toBe(2);
  });

  test('tells of nobody where nobody waits, or for less than a minute', async () => {
    expect(await countWaits(world.ports)).toEqual({ waiting: 0, longestWaitHours: 0 });
    await wait('just now');
    stop('just now');
    later(1);
    expect(await countWaits(world.ports)).toEqual({ waiting: 0, longestWaitHours: 0 });
    expect(looks()).toBe(0);
  });

  test('does not count what has been closed, undone or taken back', async () => {
    for (const onboardingId of ['closed', 'undone', 'taken back']) await wait(onboardingId);
    await world.ports.steps.applied('closed', 'ewacs-account', { closedState: 'complete' });
    await world.ports.steps.undone('undone', 'ewacs-account');
    await world.ports.steps.retract('taken back', 'ewacs-account');
    later(60);
    expect(await countWaits(world.ports)).toEqual({ waiting: 0, longestWaitHours: 0 });
  });

  test('forgets those whose execution has ended otherwise or is gone, until it comes to one that runs', async () => {
    for (const onboardingId of ['stopped', 'gone', 'runs', 'stopped later']) {
      await wait(onboardingId);
      later(60);
    }
    for (const onboardingId of ['stopped', 'stopped later']) stop(onboardingId);
    world.fakes.workflows.executions.delete('gone');
    expect(await countWaits(world.ports)).toEqual({ waiting: 2, longestWaitHours: 2 });
    expect((await world.ports.steps.listWaits(world.time.now)).map(({ executionId }) => executionId)).toEqual(
      ['runs', 'stopped later'],
    );

    await world.ports.steps.applied('runs', 'ewacs-account', { closedState: 'complete' });
    expect(await countWaits(world.ports)).toEqual({ waiting: 0, longestWaitHours: 0 });
    expect(await world.ports.steps.listWaits(world.time.now)).toEqual([]);
  });

  test('forgets no wait that has begun anew while it looked', async () => {
    await wait('redriven');
    later(60);
    const redrivenMeanwhile = { isRunning: async () => wait('redriven').then(() => false) };
    expect(await countWaits({ ...world.ports, workflows: redrivenMeanwhile })).toEqual({
      waiting: 0,
      longestWaitHours: 0,
    });
    later(60);
    expect(await countWaits(world.ports)).toEqual({ waiting: 1, longestWaitHours: 1 });
  });

  test('forgets nobody if Step Functions does not answer, and counts the next time', async () => {
    await wait('waits');
    later(60);
    world.trouble.next('workflows.isRunning', 'before', unreachable);
    await expect(countWaits(world.ports)).rejects.toBe(unreachable);
    expect(await countWaits(world.ports)).toEqual({ waiting: 1, longestWaitHours: 1 });
  });
});
