import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { rolledBackEnd, statesUntilUndone } from './support/ends.ts';
import { type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf, receipt, type Submission } from './support/requests.ts';
import { revealed } from './support/revealed.ts';
import { nothing, recordOf, thingsOf } from './support/things.ts';
import { alertsOf, entriesOf, journalOf } from './support/told.ts';
import { creditReports } from '../support/shipped-catalogue.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
beforeEach(() => twin.clearFaults());
afterAll(() => twin.stop());

const refuseTheMail = { service: 'ses', operation: 'SendEmail', mode: 'reject' } as const;

const client = { flows: ['client_credentials'], scopes: ['credit-reports/read'] };
const key = { enabled: true, plans: ['sallyport-dev-standard'] };
const mapping = {
  status: 'ended',
  scopes: ['credit-reports/read'],
  ipRanges: ['203.0.113.10', '2001:db8:7::/48'],
};
const profileOf = ({ variables: { user_id: login = '', email = '' } }: Submission) => ({
  users: [{ login, email, status: 'PROVISIONED', groups: [creditReports.group] }],
  claims: [login, `${login} in a group`],
});

/** The error that each vendor's refusal is reported as. */
const refusals = {
  'cognito-client': 'cognito DeleteUserPoolClient: NotAuthorizedException',
  'gateway-mapping': 'apigateway DeleteApiKey: BadRequestException',
  'okta-profile': 'okta DeleteUser: HTTP 403 E0000006',
};

const stuck = [
  {
    refused: [{ service: 'cognito', operation: 'DeleteUserPoolClient' }],
    steps: ['cognito-client'] as const,
    traces: 'the API client',
    left: () => ({ ...nothing, clients: [client] }),
  },
  {
    refused: [{ service: 'apigateway', operation: 'DeleteApiKey' }],
    steps: ['gateway-mapping'] as const,
    traces: 'the access to the product and its API key',
    left: () => ({ ...nothing, keys: [key], mappings: [mapping] }),
  },
  {
    refused: [{ service: 'okta', operation: 'DeleteUser' }],
    steps: ['okta-profile'] as const,
    traces: 'the partner profile or its group membership',
    left: (submission: Submission) => ({ ...nothing, ...profileOf(submission) }),
  },
  {
    refused: [
      { service: 'cognito', operation: 'DeleteUserPoolClient' },
      { service: 'apigateway', operation: 'DeleteApiKey' },
      { service: 'okta', operation: 'DeleteUser' },
    ],
    steps: ['gateway-mapping', 'cognito-client', 'okta-profile'] as const,
    traces:
      'the access to the product and its API key; the API client; the partner profile or its group membership',
    left: (submission: Submission) => ({
      ...nothing,
      ...profileOf(submission),
      clients: [client],
      keys: [key],
      mappings: [mapping],
    }),
  },
];

describe.each(stuck)('X-2 if $traces cannot be undone', ({ refused, steps, traces, left }) => {
  // Failure F-42
  test('all else is, record and ticket say what is left, and a redrive takes it back', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    await twin.addFaults(
      refuseTheMail,
      ...refused.map((fault) => ({ ...fault, mode: 'reject', times: 100 }) as const),
    );

    const states = statesUntilUndone(submission, 'CredentialDelivery');
    const incomplete = { onboardingId, status: 'FAILED', error: 'RollbackIncomplete', states };
    expect(await twin.onboard(submission)).toEqual(incomplete);
    expect(await thingsOf(twin, onboardingId)).toEqual(left(submission));
    const reasons = steps.map((step) => ({
      code: step,
      sentence: `${step} is not undone: ${refusals[step]}`,
    }));
    expect(await recordOf(twin, onboardingId)).toEqual({ status: 'RollbackIncomplete', reasons });
    await eventually(async () => (await alertsOf(twin.urls, onboardingId))[0]);
    expect(await alertsOf(twin.urls, onboardingId)).toEqual([
      { onboardingId, ticketNumber: submission.number, status: 'RollbackIncomplete', reasons },
    ]);
    const entry = `RollbackIncomplete:${steps.join(',')}`;
    const reference = `\n\n(ref ${onboardingId}/${entry})`;
    const { state, work_notes, comments } = await journalOf(twin.urls, submission.number);
    expect({ state, work_note: work_notes.at(-1), comment: comments.at(-1) }).toEqual({
      state: '4',
      work_note:
        `Not everything could be rolled back: the credentials could not be offered for pick-up, and this may still be there: ${traces}. ` +
        `The platform team has been alerted and finishes it by hand.${reference}`,
      comment:
        'Your request could not be completed: the credentials could not be offered for pick-up. Some of what had been set up for it could not be ' +
        `removed yet; the platform team has been alerted and is seeing to it. Please do not submit the request again until you hear from them here.${reference}`,
    });
    expect(await twin.post(submission)).toEqual(
      receipt(submission, { status: 200, is: 'RollbackIncomplete' }),
    );
    const changed = { ...submission, cat_item: 'b2b-user' } as const;
    expect(await twin.post(changed)).toEqual({
      status: 409,
      body: {
        type: 'about:blank',
        title:
          'This ticket was sent before with other content. Other content is taken only after the last attempt ended Rejected or RolledBack.',
        status: 409,
        code: 'ticket_conflict',
        onboardingId,
      },
    });

    await twin.redrive(onboardingId);
    expect(await twin.ended(onboardingId)).toEqual(incomplete);
    expect(await thingsOf(twin, onboardingId)).toEqual(left(submission));

    await twin.clearFaults();
    await twin.redrive(onboardingId);
    expect(await twin.ended(onboardingId)).toEqual(rolledBackEnd(submission, 'CredentialDelivery'));
    expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
    const { status } = await recordOf(twin, onboardingId);
    expect(status).toBe('RolledBack');
    expect(await entriesOf(twin.urls, submission.number)).toEqual({
      state: '4',
      work_notes: ['Accepted', 'ProfileReady', 'ClientReady', entry, 'RolledBack'],
      comments: ['Accepted', entry, 'RolledBack'],
    });
    expect(await twin.post(changed)).toEqual(receipt(changed, { attempt: 2 }));
  });
});

test('X-2 an undo that only stumbles ends RolledBack', async () => {
  const stumbling = [
    { service: 'cognito', operation: 'DeleteUserPoolClient' },
    { service: 'apigateway', operation: 'DeleteApiKey' },
    { service: 'okta', operation: 'DeleteUser' },
  ].flatMap((fault) =>
    (['throttle', 'crash', 'fail-before', 'fail-after'] as const).map((mode) => ({ ...fault, mode })),
  );
  await twin.addFaults(refuseTheMail, ...stumbling);
  const submission = newSubmission('b2b-onboarding');
  expect(await twin.onboard(submission)).toEqual(rolledBackEnd(submission, 'CredentialDelivery'));
  expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(nothing);
});

test('X-2 the alarm goes off even if the ticket cannot be told', async () => {
  await twin.addFaults(
    refuseTheMail,
    { service: 'cognito', operation: 'DeleteUserPoolClient', mode: 'reject', times: 100 },
    { service: 'servicenow', operation: 'UpdateRecord', mode: 'reject', times: 100 },
  );
  const submission = newSubmission('b2b-onboarding');
  const onboardingId = onboardingIdOf(submission);
  expect(await twin.onboard(submission)).toEqual({
    onboardingId,
    status: 'FAILED',
    error: 'RollbackIncomplete',
    states: statesUntilUndone(submission, 'CredentialDelivery'),
  });
  const reasons = [
    { code: 'cognito-client', sentence: `cognito-client is not undone: ${refusals['cognito-client']}` },
  ];
  expect(await recordOf(twin, onboardingId)).toEqual({ status: 'RollbackIncomplete', reasons });
  expect(await entriesOf(twin.urls, submission.number)).toEqual({ state: '1', work_notes: [], comments: [] });

  await twin.clearFaults();
  await twin.redrive(onboardingId);
  expect(await twin.ended(onboardingId)).toEqual(rolledBackEnd(submission, 'CredentialDelivery'));
  // The execution's end event may have reported in between what was left.
  const { state, work_notes, comments } = await entriesOf(twin.urls, submission.number);
  const told = [work_notes, comments].map((entries) =>
    entries.filter((entry) => entry !== 'RollbackIncomplete:cognito-client'),
  );
  expect({ state, told }).toEqual({ state: '4', told: [['RolledBack'], ['RolledBack']] });
});

// This runs after all tests, in whatever order, and before the hook above that stops the twin.
afterAll(async () => {
  expect(await revealed(twin), 'WF-7 neither histories nor the log tell secrets or particulars').toEqual([]);
});
