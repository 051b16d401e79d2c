import { describe, expect, test } from 'vitest';
import { Defect, Rejected, Throttled } from '../../core/errors.ts';
import { onboardingOf } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('RITM1-b2b-onboarding-DEV-1');
const { onboardingId } = onboarding;
const refused = new Rejected({
  service: 'cognito',
  operation: 'CreateUserPoolClient',
  detail: 'InvalidParameterException',
});

async function world(): Promise<World> {
  const made = createWorld();
  await made.ports.onboardings.create(onboarding);
  return made;
}

describe('WF-8 why a step failed', () => {
  test('is recorded, also if the step left no other trace', async () => {
    const { trouble, ports, run } = await world();
    trouble.next('registry.create', 'before', refused);
    await expect(run('cognito-client', 'apply', onboarding)).rejects.toBe(refused);
    expect(await ports.steps.find(onboardingId, 'cognito-client')).toBeUndefined();
    expect(await ports.steps.failedStep(onboardingId)).toEqual({
      step: 'cognito-client',
      failure: {
        error: 'Rejected',
        service: 'cognito',
        operation: 'CreateUserPoolClient',
        detail: 'InvalidParameterException',
      },
    });
  });

  test('is forgotten once it has succeeded: a later step is what failed', async () => {
    const { trouble, ports, run } = await world();
    trouble.next(
      'registry.create',
      'before',
      new Throttled({ service: 'cognito', operation: 'CreateUserPoolClient', detail: 'patience' }),
    );
    await expect(run('cognito-client', 'apply', onboarding)).rejects.toThrow(
      new Throttled({ service: 'cognito', operation: 'CreateUserPoolClient', detail: 'patience' }),
    );
    await run('cognito-client', 'apply', onboarding);
    trouble.next('keys.create', 'before', refused);
    await expect(run('gateway-mapping', 'apply', onboarding)).rejects.toBe(refused);
    for (const step of ['gateway-mapping', 'cognito-client'] as const) await run(step, 'undo', onboarding);
    expect((await ports.steps.failedStep(onboardingId))?.step).toBe('gateway-mapping');
  });

  test('is noticed by the undo of a step that was killed on its way', async () => {
    const { ports, run } = await world();
    await run('cognito-client', 'apply', onboarding);
    await ports.steps.intend(onboardingId, 'gateway-mapping');
    for (const step of ['credential-delivery', 'gateway-mapping', 'cognito-client'] as const) {
      await run(step, 'undo', onboarding);
    }
    expect(await ports.steps.find(onboardingId, 'gateway-mapping')).toEqual({
      step: 'gateway-mapping',
      state: 'undone',
      facts: {},
      failure: {
        error: 'OutcomeUnknown',
        service: 'sallyport',
        operation: 'gateway-mapping',
        detail: 'the step did not come to its end',
      },
    });
    expect((await ports.steps.failedStep(onboardingId))?.step).toBe('gateway-mapping');
  });

  test("is a fault of ours if nobody expected it, and its words are nobody else's", async () => {
    const { trouble, ports, run } = await world();
    const mistake = new TypeError('dana.li is not a function');
    trouble.next('registry.create', 'before', mistake);
    await expect(run('cognito-client', 'apply', onboarding)).rejects.toBe(mistake);
    expect(await ports.steps.failedStep(onboardingId)).toEqual({
      step: 'cognito-client',
      failure: {
        error: 'Defect',
        service: 'sallyport',
        operation: 'cognito-client',
        detail: 'an unexpected fault; see the log',
      },
    });
  });

  test('is not an undo that fails', async () => {
    const { trouble, ports, run } = await world();
    await run('cognito-client', 'apply', onboarding);
    trouble.next('registry.delete', 'before', refused);
    await expect(run('cognito-client', 'undo', onboarding)).rejects.toBe(refused);
    expect(await ports.steps.failedStep(onboardingId)).toBeUndefined();
  });
});

test('WF-8 a step of an onboarding that is not there is a defect to apply, and nothing to undo', async () => {
  const { run, trouble } = createWorld();
  await expect(run('okta-profile', 'apply', onboarding)).rejects.toThrow(
    new Defect({ service: 'sallyport', operation: 'okta-profile', detail: 'no such execution' }),
  );
  await run('okta-profile', 'undo', onboarding);
  expect(trouble.calls).toEqual(['onboardings.find', 'onboardings.find']);
});
