import { tryCredentials } from './smoke-test/credentials.ts';
import { startOnboarding, waitForEnd } from './smoke-test/onboarding.ts';
import { prepare } from './smoke-test/run.ts';
import { undo } from './smoke-test/undo.ts';
import type { BootstrapContext, BootstrapStep } from './step.ts';

/**
 * Runs one complete onboarding from the signed webhook to a call, and undoes it. Only records and the
 * ticket's journal remain.
 */
export const smokeTest: BootstrapStep = {
  name: 'smoke-test',
  check: ({
    parameters: {
      smokeTest: { ticket, product },
    },
  }) =>
    Promise.resolve({
      changes: [
        `onboard a partner that nobody is, for ${product} at ticket ${ticket}; pick up, get a token, call, be refused; remove everything again`,
      ],
    }),
  run: runSmokeTest,
};

async function runSmokeTest(context: BootstrapContext): Promise<readonly string[]> {
  const { say } = context;
  const run = await prepare(context);
  const onboarding = await startOnboarding(run);
  await waitForEnd(run, onboarding);
  say(`the onboarding ${onboarding.onboardingId} is done`);
  const { clientId, failure } = await tryCredentials(run, onboarding.onboardingId);
  // Undo everything, whether the test passed or not.
  await undo(run, onboarding.onboardingId, clientId);
  if (failure !== undefined) throw failure;
  return [
    'one onboarding went through, from the signed webhook to a call and a refused call, and has been undone',
  ];
}
