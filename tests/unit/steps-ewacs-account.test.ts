import { describe, expect, test } from 'vitest';
import { OutcomeUnknown, Rejected } from '../../core/errors.ts';
import { closePrerequisiteTask } from '../../core/access/prerequisite.ts';
import type { ClosedState } from '../../core/tickets/ports.ts';
import { onboardingOf } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('RITM1-b2b-onboarding-DEV-1', { prerequisiteMet: false });
const { onboardingId } = onboarding;

async function waitingWorld(): Promise<World> {
  const world = createWorld();
  await world.ports.onboardings.create(onboarding);
  world.fakes.tasks.waiting.add('token-1');
  await world.run('ewacs-account', 'apply', onboarding, 'token-1');
  return world;
}
const close = async (world: World, state: ClosedState, user?: string) =>
  closePrerequisiteTask(world.ports, onboardingId, state, user);
const record = async (world: World) => world.ports.steps.find(onboardingId, 'ewacs-account');

describe('WF-3 the EWACS account', () => {
  test("is asked for by a task of the region's group, and the workflow waits", async () => {
    const world = await waitingWorld();
    expect(world.fakes.desk.tasks()).toEqual([
      {
        id: 'sys-SCTASK1',
        number: 'SCTASK1',
        state: 'open',
        assignmentGroup: 'UK Requests',
        correlationId: 'RITM1-b2b-onboarding-DEV-1/ewacs-account',
      },
    ]);
    expect(await record(world)).toEqual({
      step: 'ewacs-account',
      state: 'intended',
      facts: { taskToken: 'token-1', taskId: 'sys-SCTASK1', taskNumber: 'SCTASK1' },
    });
    expect(world.fakes.tasks.ended).toEqual(new Map());
  });

  test('lets the workflow go on when its task is closed as complete, once', async () => {
    const world = await waitingWorld();
    expect(await close(world, 'complete', 'EW-77')).toBe(true);
    expect(world.fakes.tasks.ended).toEqual(new Map([['token-1', 'succeeded']]));
    expect(await record(world)).toEqual({
      step: 'ewacs-account',
      state: 'applied',
      facts: {
        taskToken: 'token-1',
        taskId: 'sys-SCTASK1',
        taskNumber: 'SCTASK1',
        closedState: 'complete',
        prerequisiteId: 'EW-77',
      },
    });
    expect(await close(world, 'complete', 'EW-77')).toBe(false);
    expect(await world.ports.steps.failedStep(onboardingId)).toBeUndefined();
  });

  test('waits from when the workflow does until its task is closed', async () => {
    const world = await waitingWorld();
    const since = world.time.now;
    const waits = async () => world.ports.steps.listWaits(new Date(since.getTime() + 1));
    expect(await waits()).toEqual([{ executionId: onboardingId, step: 'ewacs-account', since }]);
    await close(world, 'complete');
    expect(await waits()).toEqual([]);
    // The run of a redrive, or of a retry that the closing overtook.
    await world.run('ewacs-account', 'apply', onboarding, 'token-2');
    expect(await waits()).toEqual([]);
  });

  test('does not wait if nobody could be asked', async () => {
    const world = createWorld();
    await world.ports.onboardings.create(onboarding);
    const refused = new Rejected({ service: 'servicenow', operation: 'CreateRecord', detail: 'HTTP 403' });
    world.trouble.next('desk.createTask', 'before', refused);
    await expect(world.run('ewacs-account', 'apply', onboarding, 'token-1')).rejects.toBe(refused);
    expect(await world.ports.steps.listWaits(new Date(world.time.now.getTime() + 1))).toEqual([]);
  });

  test('ends the workflow when its task is closed as incomplete, and is what failed', async () => {
    const world = await waitingWorld();
    world.fakes.desk.close('SCTASK1', 'incomplete');
    expect(await close(world, 'incomplete')).toBe(true);
    expect(world.fakes.tasks.ended).toEqual(
      new Map([
        ['token-1', 'Rejected: sallyport ewacs-account: the task was closed without an EWACS account'],
      ]),
    );
    expect((await world.ports.steps.failedStep(onboardingId))?.step).toBe('ewacs-account');
    await world.run('ewacs-account', 'undo', onboarding);
    expect((await world.ports.steps.failedStep(onboardingId))?.step).toBe('ewacs-account');
    expect(world.fakes.desk.updates).toEqual([]);
  });

  // Failure F-14
  test('is what failed when its task is closed by nobody, and the task is withdrawn', async () => {
    const world = await waitingWorld();
    await world.run('ewacs-account', 'undo', onboarding);
    expect((await world.ports.steps.failedStep(onboardingId))?.step).toBe('ewacs-account');
    expect(world.fakes.desk.updates).toEqual([
      {
        record: 'task',
        id: 'sys-SCTASK1',
        fields: {
          state: 'incomplete',
          internalNote:
            'The request that this task belongs to has been rolled back. The EWACS account is no longer needed for it, and there is nothing left to do here.',
        },
      },
    ]);
    expect(await close(world, 'incomplete')).toBe(false);
    expect(world.fakes.tasks.ended).toEqual(new Map());
  });

  test('is not missed if its task is closed before we know its number', async () => {
    const world = createWorld();
    await world.ports.onboardings.create(onboarding);
    const lost = new OutcomeUnknown({ service: 'servicenow', operation: 'CreateRecord', detail: 'lost' });
    world.trouble.next('desk.createTask', 'after', lost);
    await expect(world.run('ewacs-account', 'apply', onboarding, 'token-1')).rejects.toBe(lost);
    world.fakes.desk.close('SCTASK1', 'complete');

    world.fakes.tasks.waiting.add('token-2');
    await world.run('ewacs-account', 'apply', onboarding, 'token-2');
    expect(world.fakes.desk.tasks()).toHaveLength(1);
    expect(world.fakes.tasks.ended).toEqual(new Map([['token-2', 'succeeded']]));
  });

  test('goes on with the token of the attempt that waits now', async () => {
    const world = await waitingWorld();
    world.fakes.tasks.waiting.delete('token-1');
    await close(world, 'complete');
    expect(world.fakes.tasks.ended).toEqual(new Map());
    world.fakes.desk.close('SCTASK1', 'complete');
    world.fakes.tasks.waiting.add('token-2');
    await world.run('ewacs-account', 'apply', onboarding, 'token-2');
    expect(world.fakes.tasks.ended).toEqual(new Map([['token-2', 'succeeded']]));
  });

  test('a closing whose answer from Step Functions was lost is passed on by the next delivery', async () => {
    const world = await waitingWorld();
    const lost = new OutcomeUnknown({
      service: 'stepfunctions',
      operation: 'SendTaskSuccess',
      detail: 'lost',
    });
    world.trouble.next('tasks.succeed', 'before', lost);
    await expect(close(world, 'complete')).rejects.toBe(lost);
    expect(await close(world, 'complete')).toBe(false);
    expect(world.fakes.tasks.ended).toEqual(new Map([['token-1', 'succeeded']]));
  });
});
