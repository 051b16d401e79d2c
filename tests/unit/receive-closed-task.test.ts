import { beforeEach, describe, expect, test } from 'vitest';
import type { ClosedTask } from '../../core/tickets/closed-task.ts';
import { receiveClosedTask } from '../../core/onboarding/receive-closed-task.ts';
import { onboardingOf, request } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('onb-1', { prerequisiteMet: false });
const closed: ClosedTask = {
  id: 'sys-SCTASK1',
  number: 'SCTASK1',
  ticketNumber: 'RITM0010001',
  state: 'complete',
  prerequisiteId: 'EW-77',
};

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.ports.tickets.record({
    ticketNumber: 'RITM0010001',
    attempt: 1,
    onboardingId: 'onb-1',
    digest: 'd',
    request,
  });
  await world.ports.onboardings.create(onboarding);
  world.fakes.tasks.waiting.add('token-1');
  await world.run('ewacs-account', 'apply', onboarding, 'token-1');
});
const receive = async (task: Partial<ClosedTask> = {}) =>
  receiveClosedTask(world.ports, { ...closed, ...task });

describe('WF-3 a closed task', () => {
  test('lets its onboarding go on; told again it is a repetition', async () => {
    expect(await receive()).toBe('closed');
    expect(world.fakes.tasks.ended).toEqual(new Map([['token-1', 'succeeded']]));
    expect(await world.ports.steps.find('onb-1', 'ewacs-account')).toEqual({
      state: 'applied',
      facts: {
        closedState: 'complete',
        prerequisiteId: 'EW-77',
        taskToken: 'token-1',
        taskId: 'sys-SCTASK1',
        taskNumber: 'SCTASK1',
      },
      step: 'ewacs-account',
    });
    expect(await receive()).toBe('repeated');
  });

  // Failure F-60
  test('told twice at the same time lets it go on once', async () => {
    await Promise.all([receive(), receive()]);
    expect(world.fakes.tasks.ended).toEqual(new Map([['token-1', 'succeeded']]));
    expect(await receive()).toBe('repeated');
  });

  test('as incomplete ends the wait with Rejected', async () => {
    expect(await receive({ state: 'incomplete' })).toBe('closed');
    expect(world.fakes.tasks.ended).toEqual(
      new Map([
        ['token-1', 'Rejected: sallyport ewacs-account: the task was closed without an EWACS account'],
      ]),
    );
  });

  test('counts as it was closed first, whatever a later delivery says', async () => {
    expect(await receive()).toBe('closed');
    expect(await receive({ state: 'incomplete', prerequisiteId: 'EW-78' })).toBe('repeated');
    expect(await world.ports.steps.find('onb-1', 'ewacs-account')).toEqual({
      step: 'ewacs-account',
      state: 'applied',
      facts: {
        taskToken: 'token-1',
        taskId: expect.any(String) as string,
        taskNumber: 'SCTASK1',
        closedState: 'complete',
        prerequisiteId: 'EW-77',
      },
    });
  });

  test('of an onboarding that was taken back changes nothing', async () => {
    await world.run('ewacs-account', 'undo', onboarding);
    expect(await receive()).toBe('repeated');
    expect(world.fakes.tasks.ended).toEqual(new Map());
  });

  // Failure F-66
  test('with the right number and another id is another task, and changes nothing', async () => {
    expect(await receive({ id: 'sys-of-a-copy' })).toBe('other-task');
    expect(world.fakes.tasks.ended).toEqual(new Map());
    expect(await receive()).toBe('closed');
    expect(await receive({ id: 'sys-of-a-copy', state: 'incomplete' })).toBe('other-task');
  });

  test('of another ticket is not taken for the one that was asked for', async () => {
    const other = onboardingOf('onb-2', { prerequisiteMet: false });
    await world.ports.onboardings.create(other);
    await world.ports.tickets.record({
      ticketNumber: 'RITM0010002',
      attempt: 1,
      onboardingId: 'onb-2',
      digest: 'd',
      request,
    });
    await world.run('ewacs-account', 'apply', other, 'token-2');
    expect(await receive({ ticketNumber: 'RITM0010002' })).toBe('unknown');
    expect(await receive({ ticketNumber: 'RITM0010002', number: 'SCTASK2' })).toBe('other-task');
    expect(world.fakes.tasks.ended).toEqual(new Map());
  });

  test.each([
    ['of an unknown ticket', { ticketNumber: 'RITM0010002' }],
    ['that is another one of the same ticket', { number: 'SCTASK2' }],
  ])('%s is unknown', async (_which, task) => {
    expect(await receive(task)).toBe('unknown');
    expect(world.fakes.tasks.ended).toEqual(new Map());
  });

  test('of a ticket whose onboarding asked for none is unknown', async () => {
    const { ports } = createWorld();
    await ports.tickets.record({
      ticketNumber: 'RITM0010001',
      attempt: 1,
      onboardingId: 'onb-1',
      digest: 'd',
      request,
    });
    expect(await receiveClosedTask(ports, closed)).toBe('unknown');
  });
});
