import { expect, test } from 'vitest';
import { doneEnd } from '../support/ends.ts';
import { startOnboardingTwin } from '../support/onboarding-twin.ts';
import { onboardingIdOf } from '../support/requests.ts';
import { aimedAt } from './aim.ts';
import { complete, openedTask } from './ewacs-task.ts';
import { laterWrites } from './later-writes.ts';
import { matrix } from './matrix.ts';
import { prepare } from './persons.ts';
import { testCells } from './run-cells.ts';
import { rejected, withEwacs } from './ways.ts';

testCells('what is written down later', matrix.laterWrites);

test('X-2 nothing is written down besides', async () => {
  const twin = await startOnboardingTwin();
  try {
    const { submission } = await prepare(twin, withEwacs);
    const onboardingId = onboardingIdOf(submission);
    const beyond = laterWrites
      .filter(({ way }) => way !== rejected)
      .map(({ state, writes }) =>
        aimedAt(onboardingId, {
          at: state,
          operation: 'dynamodb UpdateItem',
          mode: 'reject',
          after: 1 + writes.length,
        }),
      );
    await twin.addFaults(...beyond);
    await twin.post(submission);
    await complete(twin, submission, await openedTask(twin, onboardingId));
    expect(await twin.ended(onboardingId)).toEqual(doneEnd(submission));
    expect(await twin.faultsLeft()).toEqual(beyond.map((fault) => ({ ...fault, times: 1, after: 0 })));
  } finally {
    await twin.stop();
  }
});
