import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { doneEnd } from './support/ends.ts';
import { startOnboardingTwin } from './support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf, type Submission } from './support/requests.ts';
import { thingsOf } from './support/things.ts';
import { entriesOf, linksMailed, mailsTo } from './support/told.ts';
import { wholeJournal, wholeOf } from './support/whole.ts';

const vendors = [
  { service: 'okta', operation: 'CreateUser' },
  { service: 'cognito', operation: 'CreateUserPoolClient' },
  { service: 'apigateway', operation: 'CreateApiKey' },
  { service: 'apigateway', operation: 'CreateUsagePlanKey' },
  { service: 'ses', operation: 'SendEmail' },
  { service: 'servicenow', operation: 'UpdateRecord' },
];
const functions = [
  'request-intake',
  'okta-profile',
  'cognito-client',
  'gateway-mapping',
  'credential-delivery',
  'ticket-report',
].map((operation) => ({ service: 'lambda', operation }));

/**
 * Which time-out comes first depends on the time scale. An adapter gives up a call after 5 (AWS) or 10 (Okta,
 * ServiceNow) seconds of machine time. Lambda ends a function after 30 and Step Functions a state after 60
 * seconds of the twin's time.
 */
const orders = [
  { first: 'the adapter, as in life', timeScale: 2.5, hanging: vendors, error: 'OutcomeUnknown' },
  { first: 'Lambda', timeScale: 10, hanging: [...functions, ...vendors], error: 'Sandbox.Timedout' },
];

describe('X-2 what hangs is given up, looked up and tried again', () => {
  test.concurrent.each(orders)('by $first', async ({ timeScale, hanging, error }) => {
    const twin = await startOnboardingTwin({ timeScale });
    try {
      const submissions: Submission[] = [];
      for (const fault of hanging) {
        const submission = newSubmission('b2b-onboarding');
        // The previous run may still be in progress.
        await twin.addFaults({
          ...fault,
          mode: 'hang',
          during: { event: { onboardingId: onboardingIdOf(submission) } },
        });
        submissions.push(submission);
        await twin.post(submission);
        await eventually(async () => (await twin.faultsLeft()).length === 0 || undefined);
      }
      const errors: string[] = [];
      for (const submission of submissions) {
        const onboardingId = onboardingIdOf(submission);
        expect(await twin.ended(onboardingId)).toEqual(doneEnd(submission));
        expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(submission));
        expect(await entriesOf(twin.urls, submission.number)).toEqual(wholeJournal);
        expect(await linksMailed(twin.urls, onboardingId)).toHaveLength(1);
        expect(await mailsTo(twin.urls, submission.variables['email'] ?? '')).toHaveLength(2);
        errors.push(
          ...(await twin.history(onboardingId)).flatMap(
            ({ taskFailedEventDetails }) => taskFailedEventDetails?.error ?? [],
          ),
        );
      }
      // A mail that was not sent has no Send event. The delivery waits for one twice before it sends the mail
      // again.
      const expected = hanging.flatMap(({ operation }) =>
        operation === 'SendEmail' ? [error, 'OutcomeUnknown', 'OutcomeUnknown'] : [error],
      );
      expect(errors).toEqual(expected);
    } finally {
      await twin.stop();
    }
  });
});
