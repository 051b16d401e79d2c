import { systemClock } from '../../adapters/system-clock.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOnboardings, createStalls, createSteps } from '../../adapters/aws/onboarding-records.ts';
import type { Onboardings, OnboardingSteps } from '../../core/onboarding/onboarding.ts';
import type { Stalls } from '../../core/workflow/records.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { onboardingOf } from '../support/fakes/samples.ts';
import { tableAt } from '../support/table.ts';

let twin: AwsTwin;
let stalls: Stalls;
let steps: OnboardingSteps;
let onboardings: Onboardings;
beforeAll(async () => {
  twin = await startAwsTwin();
  const table = tableAt(twin.url);
  [stalls, steps, onboardings] = [
    createStalls(table),
    createSteps(table),
    createOnboardings(table, systemClock),
  ];
});
afterAll(() => twin.stop());

const since = new Date('2026-11-20T10:00:00Z');
const later = new Date('2026-11-20T11:00:00Z');
let tests = 0;
let id = '';
beforeEach(() => {
  id = `id-${(tests += 1)}`;
});
const listed = async (): Promise<readonly object[]> =>
  (await Promise.all((['untold', 'told', 'escalated'] as const).map((stage) => stalls.list(stage, later))))
    .flat()
    .filter(({ executionId }) => executionId === id);
const stall = { what: 'okta-profile', since, stage: 'untold' } as const;

describe('X-14 a stall in the table', () => {
  test('has lasted since it began first, whatever the step has recorded by then', async () => {
    await stalls.begin(id, 'okta-profile', since);
    await stalls.begin(id, 'okta-profile', later);
    expect(await steps.find(id, 'okta-profile')).toBeUndefined();
    expect((await steps.intend(id, 'okta-profile')).fresh).toBe(true);
    expect(await listed()).toEqual([{ executionId: id, ...stall }]);
    expect(await stalls.list('untold', since)).not.toContainEqual({ executionId: id, ...stall });
  });

  test('stays at its stage when the step fails once more', async () => {
    await stalls.begin(id, 'okta-profile', since);
    await stalls.advance({ executionId: id, ...stall }, 'told');
    await steps.retract(id, 'okta-profile');
    await stalls.begin(id, 'okta-profile', later);
    expect(await listed()).toEqual([{ executionId: id, ...stall, stage: 'told' }]);
  });

  test('ends with the write that says that the step is applied', async () => {
    await stalls.begin(id, 'okta-profile', since);
    await steps.intend(id, 'okta-profile');
    await steps.applied(id, 'okta-profile', {});
    expect(await listed()).toEqual([]);
    await stalls.begin(id, 'okta-profile', later);
    expect(await stalls.list('untold', new Date('2026-11-21'))).toContainEqual({
      executionId: id,
      ...stall,
      since: later,
    });
  });

  test('ends with the write that says that the step is undone, and does not begin after it', async () => {
    await stalls.begin(id, 'okta-profile', since);
    expect(await steps.tombstone(id, 'okta-profile')).toBe(true);
    await stalls.begin(id, 'okta-profile', since);
    expect(await listed()).toEqual([]);
    await stalls.begin(id, 'cognito-client', since);
    await steps.undone(id, 'cognito-client');
    expect(await listed()).toEqual([]);
  });

  test('takes the place of the wait for a person, which begins anew with the next run', async () => {
    await steps.intend(id, 'ewacs-account');
    await steps.wait(id, 'ewacs-account', since, { taskToken: 'token' });
    await stalls.begin(id, 'ewacs-account', since);
    expect(await listed()).toEqual([{ executionId: id, ...stall, what: 'ewacs-account' }]);
    await steps.wait(id, 'ewacs-account', later, { taskToken: 'token' });
    expect(await listed()).toEqual([]);
  });

  test('of an intake ends when it goes on, or with the onboarding', async () => {
    await stalls.begin(id, 'request-intake', since);
    expect(await listed()).toEqual([]);
    await onboardings.create(onboardingOf(id));
    await stalls.begin(id, 'request-intake', since);
    expect(await listed()).toEqual([{ executionId: id, ...stall, what: 'request-intake' }]);
    expect(await onboardings.find(id)).toMatchObject({ stalledSince: since.toISOString() });
    await stalls.endIntake(id);
    expect(await listed()).toEqual([]);
    expect(await onboardings.find(id)).not.toHaveProperty('stalledSince');
    await stalls.begin(id, 'request-intake', since);
    await onboardings.conclude(id, ['Running'], 'Rejected');
    expect(await listed()).toEqual([]);
  });

  test('that has ended meanwhile is neither advanced nor forgotten', async () => {
    await stalls.begin(id, 'okta-profile', since);
    await steps.undone(id, 'okta-profile');
    await stalls.advance({ executionId: id, ...stall }, 'told');
    await stalls.forget({ executionId: id, ...stall });
    expect(await listed()).toEqual([]);
    expect(await steps.find(id, 'okta-profile')).toEqual({
      state: 'undone',
      step: 'okta-profile',
      facts: {},
    });
  });
});
