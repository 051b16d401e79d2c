import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rolledBackEnd } from './support/ends.ts';
import { type Fault, type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf } from './support/requests.ts';
import { runsBy } from './support/runs.ts';
import { nothing, thingsOf } from './support/things.ts';
import { alertsOf, journalOf } from './support/told.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
beforeEach(() => twin.clearFaults());
afterAll(() => twin.stop());

interface OurFault {
  readonly what: string;
  readonly faults: readonly Fault[];
  /** The error's name and the text that operators read. */
  readonly alert: readonly [string, string];
}

const refused = (service: string, operation: string, more: Partial<Fault> = {}): Fault => ({
  service,
  operation,
  mode: 'reject',
  ...more,
});
const struck = (operation: string, mode: Fault['mode'], times = 1): Fault => ({
  service: 'lambda',
  operation,
  mode,
  times,
});

const ourFaults: readonly OurFault[] = [
  {
    what: 'Okta does not know our service app any more',
    // The token is cached, so a new instance has to request it.
    faults: [
      refused('okta', 'Token', { during: { functionName: 'okta-profile' } }),
      struck('okta-profile', 'cold-start'),
    ],
    alert: ['Defect', 'okta Token: HTTP 401 invalid_client'],
  },
  {
    what: 'our service app may not look at users, of which the intake has to know',
    faults: [refused('okta', 'GetUser')],
    alert: ['Defect', 'okta GetUser: HTTP 403 E0000006'],
  },
  {
    what: 'our service app may not create users',
    faults: [refused('okta', 'CreateUser')],
    alert: ['Defect', 'okta CreateUser: HTTP 403 E0000006'],
  },
  {
    what: 'the role of a function may not create clients',
    faults: [refused('cognito', 'CreateUserPoolClient')],
    alert: ['Defect', 'cognito CreateUserPoolClient: NotAuthorizedException'],
  },
  {
    what: 'the role of a function may not use a key of KMS',
    faults: [refused('kms', 'GenerateMac')],
    alert: ['Defect', 'kms GenerateMac: AccessDeniedException'],
  },
  {
    what: 'the role of a function may not write to the table',
    faults: [refused('dynamodb', 'UpdateItem', { during: { functionName: 'gateway-mapping' } })],
    alert: ['Defect', 'dynamodb UpdateItem: AccessDeniedException'],
  },
  {
    what: 'ServiceNow does not let us write the comment with the code',
    faults: [refused('servicenow', 'UpdateRecord', { during: { functionName: 'credential-delivery' } })],
    alert: ['Defect', 'servicenow UpdateRecord: HTTP 403'],
  },
  {
    what: 'a function cannot even start',
    faults: [struck('gateway-mapping', 'import-error')],
    alert: ['Runtime.ImportModuleError', 'Cannot find module'],
  },
  {
    what: 'an answer is too large for Lambda',
    faults: [struck('cognito-client', 'too-large-for-lambda')],
    alert: ['Function.ResponseSizeTooLarge', 'Response payload size exceeded'],
  },
  {
    what: 'an answer is too large for Step Functions',
    faults: [struck('okta-profile', 'too-large-for-states')],
    alert: ['States.DataLimitExceeded', '.*exceeding the maximum number of bytes'],
  },
  {
    what: 'a function dies in every run',
    faults: [struck('cognito-client', 'fail-before', runsBy('lambda'))],
    alert: ['Runtime.ExitError', 'Runtime exited with error'],
  },
];

describe('X-2 a fault that is ours', () => {
  test.each(ourFaults)(
    '$what: operators hear of it before anything is taken back, and the requester that it is ours',
    async ({ faults, alert: [error, words] }) => {
      await twin.addFaults(...faults);
      const submission = newSubmission('b2b-onboarding');
      const onboardingId = onboardingIdOf(submission);
      const { states, ...end } = await twin.onboard(submission);
      expect(end).toEqual({ onboardingId, status: 'FAILED', error: 'RolledBack' });
      expect(await twin.faultsLeft()).toEqual([]);
      expect(states.slice(states.indexOf('AlertOperators'))).toEqual([
        'AlertOperators',
        'UndoCredentialDelivery',
        'UndoGatewayMapping',
        'UndoCognitoClient',
        'UndoOktaProfile',
        'UndoEwacsAccount',
        'FinishRollback',
        'ReportRolledBack',
        'RolledBack',
      ]);
      expect(await thingsOf(twin, onboardingId)).toEqual(nothing);

      const sentence: unknown = expect.stringMatching(
        `^A step failed by a fault of ours: ${error}, .*${words}`,
      );
      expect(await alertsOf(twin.urls, onboardingId)).toEqual([
        {
          onboardingId,
          ticketNumber: submission.number,
          status: 'Defect',
          reasons: [{ code: error, sentence }],
        },
      ]);
      const { state, work_notes, comments } = await journalOf(twin.urls, submission.number);
      expect(state).toBe('4');
      expect(work_notes.at(-1)).toMatch(
        /^Rolled back: .+, because of a fault on our side\. Nothing that was set up/u,
      );
      expect(comments.at(-1)).toMatch(
        /^Your request could not be completed: .+, because of a fault on our side\. /u,
      );
      expect(comments.at(-1)).toContain(
        'You need not change anything, and you need not submit it again: the platform team has been alerted',
      );
      expect(comments.at(-1)).not.toMatch(/check|new request/u);
    },
  );

  test('that cannot be told to operators is taken back all the same', async () => {
    await twin.addFaults(
      refused('okta', 'CreateUser'),
      refused('eventbridge', 'PutEvents', { during: { functionName: 'operator-alert' } }),
    );
    const submission = newSubmission('b2b-onboarding');
    const { error, states } = await twin.onboard(submission);
    expect([error, states.includes('AlertOperators')]).toEqual(['RolledBack', true]);
    expect(await twin.faultsLeft()).toEqual([]);
    expect(await alertsOf(twin.urls, onboardingIdOf(submission))).toEqual([]);
    expect((await journalOf(twin.urls, submission.number)).comments.at(-1)).toContain(
      'because of a fault on our side',
    );
  });
});

describe('X-2 an answer that is too large', () => {
  test.each(['too-large-for-lambda', 'too-large-for-states'] as const)(
    '%s, of an undo keeps no other from happening',
    async (mode) => {
      await twin.addFaults(refused('ses', 'SendEmail'), {
        ...struck('cognito-client', mode),
        during: { event: { action: 'undo' } },
      });
      const submission = newSubmission('b2b-onboarding');
      expect(await twin.onboard(submission)).toEqual(rolledBackEnd(submission, 'CredentialDelivery'));
      expect(await twin.faultsLeft()).toEqual([]);
      expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(nothing);
    },
  );

  test('cannot be one of ours: every answer is null, but for what the intake tells', async () => {
    const done = newSubmission('b2b-onboarding');
    await twin.onboard(done);
    await twin.addFaults(refused('okta', 'CreateUser'));
    const undone = newSubmission('b2b-onboarding');
    await twin.onboard(undone);
    const histories = await Promise.all([done, undone].map((each) => twin.history(onboardingIdOf(each))));
    const answers = histories
      .flat()
      .flatMap(({ taskSucceededEventDetails: details }) => details?.output ?? []);
    const intake = { kind: 'b2b-onboarding', ewacsAccountCreated: true };
    expect(
      new Set(
        answers.map((output) =>
          JSON.stringify((JSON.parse(output) as { readonly Payload: unknown }).Payload),
        ),
      ),
    ).toEqual(new Set([JSON.stringify(intake), 'null']));
    expect(answers).toHaveLength(9 + 10);
  });
});

describe('X-2 no fault of ours, and nothing for operators to hear,', () => {
  test.each([
    ['is a mail that SES refuses', refused('ses', 'SendEmail'), 'Please check the e-mail address'],
    [
      'is an API key that API Gateway refuses',
      refused('apigateway', 'CreateApiKey'),
      'Please ask here what has to be changed',
    ],
  ] as const)('%s', async (_, fault, words) => {
    await twin.addFaults(fault);
    const submission = newSubmission('b2b-onboarding');
    const { error, states } = await twin.onboard(submission);
    expect([error, states.includes('AlertOperators')]).toEqual(['RolledBack', false]);
    expect(await alertsOf(twin.urls, onboardingIdOf(submission))).toEqual([]);
    expect((await journalOf(twin.urls, submission.number)).comments.at(-1)).toContain(words);
  });
});
