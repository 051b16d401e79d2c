import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { partnerIdAt } from '../support/partners.ts';
import { eventually } from '../support/eventually.ts';
import { doneEnd, rolledBackEnd } from './support/ends.ts';
import { type Fault, type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { anotherOf, newSubmission, onboardingIdOf, type Submission } from './support/requests.ts';
import { revealed } from './support/revealed.ts';
import { employ, nothing, profileOf, thingsOf } from './support/things.ts';
import { entriesOf, journalOf, linksMailed, mailsTo } from './support/told.ts';
import { assignmentGroupOf, creditReports, fraudSignals } from '../support/shipped-catalogue.ts';
import { wholeOf } from './support/whole.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
beforeEach(() => twin.clearFaults());
afterAll(() => twin.stop());

const notDone = {
  RequestIntake: 'one of its steps could not be finished',
  OktaProfile: 'the partner profile could not be set up',
  CognitoClient: 'the API client could not be set up',
  GatewayMapping: 'the access to the product could not be set up',
  CredentialDelivery: 'the credentials could not be offered for pick-up',
};
const ourFault =
  'You need not change anything, and you need not submit it again: the platform team has been alerted and has the request carried out once the fault is mended.';
/** Refusals by SES and API Gateway are not our fault. */
const refusals: Readonly<Record<string, { readonly because: string; readonly next: string }>> = {
  ses: { because: '', next: 'Please check the e-mail address, then submit a new request.' },
  apigateway: {
    because: ', because Amazon API Gateway refused it',
    next: 'Please ask here what has to be changed before you submit a new request.',
  },
};
/** Returns the ticket's last note and comment. */
const lastWords = (submission: Submission, state: keyof typeof notDone, service?: string) => {
  const { because, next } = refusals[service ?? ''] ?? {
    because: ', because of a fault on our side',
    next: ourFault,
  };
  const happened = `${notDone[state]}${because}`;
  const reference = `\n\n(ref ${onboardingIdOf(submission)}/RolledBack)`;
  return {
    work_note: `Rolled back: ${happened}. Nothing that was set up for this request is left.${reference}`,
    comment:
      `Your request could not be completed: ${happened}. Everything that had been set up for it was removed, so nothing is left over. ` +
      `${next} If you have a question, ask ${assignmentGroupOf('US')} here.${reference}`,
  };
};

interface Refusal {
  readonly fault: Omit<Fault, 'mode'>;
  readonly state: keyof typeof notDone;
  /** The earlier entries of the ticket. */
  readonly work_notes: readonly string[];
}
const createUser: Refusal = {
  fault: { service: 'okta', operation: 'CreateUser' },
  state: 'OktaProfile',
  work_notes: ['Accepted'],
};
const afterTheProfile: readonly Refusal[] = [
  {
    fault: { service: 'cognito', operation: 'CreateUserPoolClient' },
    state: 'CognitoClient',
    work_notes: ['Accepted', 'ProfileReady'],
  },
  {
    fault: { service: 'apigateway', operation: 'CreateApiKey' },
    state: 'GatewayMapping',
    work_notes: ['Accepted', 'ProfileReady'],
  },
  {
    fault: { service: 'apigateway', operation: 'CreateUsagePlanKey' },
    state: 'GatewayMapping',
    work_notes: ['Accepted', 'ProfileReady'],
  },
  {
    fault: { service: 'ses', operation: 'SendEmail' },
    state: 'CredentialDelivery',
    work_notes: ['Accepted', 'ProfileReady', 'ClientReady'],
  },
  // The fourth of these is the comment with the code. A report that is refused undoes nothing.
  {
    fault: { service: 'servicenow', operation: 'UpdateRecord', times: 4 },
    state: 'CredentialDelivery',
    work_notes: [],
  },
];

/** The runs of functions for one onboarding. Others on the shared twin are spared. */
const runsFor = (submission: Submission) => ({ event: { onboardingId: onboardingIdOf(submission) } });

// Failure F-40
describe('X-1 a request is taken back whole, and the ticket told where it stopped,', () => {
  test.each([createUser, ...afterTheProfile])(
    'if $fault.service refuses $fault.operation',
    async ({ fault, state, work_notes }) => {
      const submission = newSubmission('b2b-onboarding');
      await twin.addFaults({ ...fault, mode: 'reject', during: runsFor(submission) });
      const isOurs = !(fault.service in refusals);
      expect(await twin.onboard(submission)).toEqual(rolledBackEnd(submission, state, { alerted: isOurs }));
      expect(await twin.faultsLeft()).toEqual([]);
      expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(nothing);
      expect(await entriesOf(twin.urls, submission.number)).toEqual({
        state: '4',
        work_notes: [...work_notes, 'RolledBack'],
        comments: [...work_notes.slice(0, 1), 'RolledBack'],
      });
      const journal = await journalOf(twin.urls, submission.number);
      expect({ work_note: journal.work_notes.at(-1), comment: journal.comments.at(-1) }).toEqual(
        lastWords(submission, state, fault.service),
      );
    },
  );

  test('if Okta does not even say who has the user id: that is no reason to reject it', async () => {
    await twin.addFaults({ service: 'okta', operation: 'GetUser', mode: 'reject' });
    const submission = newSubmission('b2b-onboarding');
    expect(await twin.onboard(submission)).toEqual(
      rolledBackEnd(submission, 'RequestIntake', { alerted: true }),
    );
    expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(nothing);
    const { work_note, comment } = lastWords(submission, 'RequestIntake');
    expect(await journalOf(twin.urls, submission.number)).toEqual({
      state: '4',
      work_notes: [work_note],
      comments: [comment],
    });
  });

  test('naming the step that failed for good, not one that only stumbled', async () => {
    await twin.addFaults(
      { service: 'cognito', operation: 'CreateUserPoolClient', mode: 'throttle' },
      { service: 'apigateway', operation: 'CreateApiKey', mode: 'reject' },
    );
    const submission = newSubmission('b2b-onboarding');
    expect(await twin.onboard(submission)).toEqual(rolledBackEnd(submission, 'GatewayMapping'));
    const { comments } = await journalOf(twin.urls, submission.number);
    expect(comments.at(-1)).toBe(lastWords(submission, 'GatewayMapping', 'apigateway').comment);
  });
});

describe('X-2 what happened without an answer, and cannot be finished, is found and taken back', () => {
  test.each([
    {
      happened: { service: 'okta', operation: 'CreateUser' },
      then: { service: 'okta', operation: 'ListUserGroups' },
      state: 'OktaProfile',
    },
    {
      happened: { service: 'cognito', operation: 'CreateUserPoolClient' },
      then: { service: 'cognito', operation: 'ListUserPoolClients' },
      state: 'CognitoClient',
    },
    {
      happened: { service: 'apigateway', operation: 'CreateApiKey' },
      then: { service: 'apigateway', operation: 'GetApiKeys' },
      state: 'GatewayMapping',
    },
    {
      happened: { service: 'apigateway', operation: 'CreateUsagePlanKey' },
      then: { service: 'apigateway', operation: 'GetUsagePlanKey' },
      state: 'GatewayMapping',
    },
  ])(
    '$happened.service $happened.operation, then $then.operation is refused',
    async ({ happened, then, state }) => {
      await twin.addFaults({ ...happened, mode: 'crash' }, { ...then, mode: 'reject' });
      const submission = newSubmission('b2b-onboarding');
      expect(await twin.onboard(submission)).toEqual(
        rolledBackEnd(submission, state, { alerted: !(then.service in refusals) }),
      );
      expect(await twin.faultsLeft()).toEqual([]);
      expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(nothing);
    },
  );

  test('servicenow CreateRecord, then QueryRecords is refused', async () => {
    const submission = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
    const during = runsFor(submission);
    await twin.addFaults(
      { service: 'servicenow', operation: 'CreateRecord', mode: 'crash', during },
      { service: 'servicenow', operation: 'QueryRecords', mode: 'reject', during },
    );
    expect(await twin.onboard(submission)).toEqual(
      rolledBackEnd(submission, 'AwaitEwacsAccount', { alerted: true }),
    );
    expect(await twin.faultsLeft()).toEqual([]);
    expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(nothing);
  });
});

test('WF-7 a link that was mailed before the request was taken back is dead', async () => {
  const submission = newSubmission('b2b-onboarding');
  await twin.addFaults({
    service: 'servicenow',
    operation: 'UpdateRecord',
    mode: 'reject',
    times: 4,
    during: runsFor(submission),
  });
  const { onboardingId } = await twin.onboard(submission);
  expect(await mailsTo(twin.urls, submission.variables['email'] ?? '')).toEqual([
    'okta: Activate your account',
    `ses: Your API credentials for ${creditReports.name} (DEV) are ready`,
  ]);
  const [link = ''] = await linksMailed(twin.urls, onboardingId);
  const answer = await fetch(link, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: '0000-0000' }),
  });
  expect(answer.status).toBe(410);
});

describe('X-1 what an earlier onboarding of the same person made stays whole', () => {
  let first: Submission;
  beforeAll(async () => {
    first = newSubmission('b2b-onboarding');
    await twin.onboard(first);
  });

  const addUserToGroup: Refusal = {
    fault: { service: 'okta', operation: 'AddUserToGroup' },
    state: 'OktaProfile',
    work_notes: ['Accepted'],
  };
  test.each([
    ...[addUserToGroup, ...afterTheProfile].map((refusal) => ({ ...refusal, product: 'fraud-signals' })),
    ...afterTheProfile.map((refusal) => ({ ...refusal, product: 'credit-reports' })),
  ])('if $fault.service refuses $fault.operation for its $product', async ({ fault, state, product }) => {
    const [before, profile] = [
      await thingsOf(twin, onboardingIdOf(first)),
      await profileOf(twin, first.variables['user_id'] ?? ''),
    ];
    expect(before).toEqual({ ...wholeOf(first), users: [profile] });

    await twin.addFaults({ ...fault, mode: 'reject' });
    const second = anotherOf(first, 'b2b-onboarding', { ewacs_product_name: product });
    expect(await twin.onboard(second)).toEqual(
      rolledBackEnd(second, state, { alerted: !(fault.service in refusals) }),
    );
    expect(await thingsOf(twin, onboardingIdOf(second))).toEqual(nothing);
    expect(await thingsOf(twin, onboardingIdOf(first))).toEqual(before);
    expect(await profileOf(twin, profile.login)).toEqual(profile);
  });

  test('if an api-client for it is taken back', async () => {
    const before = await thingsOf(twin, onboardingIdOf(first));
    await twin.addFaults({ service: 'ses', operation: 'SendEmail', mode: 'reject' });
    const second = anotherOf(first, 'api-client');
    expect(await twin.onboard(second)).toEqual(rolledBackEnd(second, 'CredentialDelivery'));
    expect(await thingsOf(twin, onboardingIdOf(second))).toEqual(nothing);
    expect(await thingsOf(twin, onboardingIdOf(first))).toEqual(before);
  });
});

// Failure F-51
test('X-1 of two onboardings of one new person at the same time, the one that is taken back leaves the profile to the other', async () => {
  await twin.addFaults({ service: 'cognito', operation: 'CreateUserPoolClient', mode: 'reject' });
  const one = newSubmission('b2b-onboarding');
  const other = anotherOf(one, 'b2b-onboarding');
  const { user_id: login = '', email = '' } = one.variables;
  const ends = await Promise.all([one, other].map((submission) => twin.onboard(submission)));
  expect(ends.map(({ status }) => status).toSorted()).toEqual(['FAILED', 'SUCCEEDED']);
  expect(await profileOf(twin, login)).toEqual({
    login,
    email,
    status: 'PROVISIONED',
    groups: [creditReports.group],
  });
  for (const { onboardingId, status } of ends) {
    // The profile has the mark of whichever onboarding made it.
    const { users: _users, ...things } = await thingsOf(twin, onboardingId);
    const { users: _all, ...whole } = status === 'SUCCEEDED' ? wholeOf(one) : nothing;
    expect(things).toEqual(whole);
  }
});

describe('X-1 two onboardings of one person, of which the first is taken back after the second is done', () => {
  /** Faults that take long enough for the other one to finish in the meantime. */
  const lateRefusal: readonly Fault[] = [
    { service: 'cognito', operation: 'CreateUserPoolClient', mode: 'throttle', times: 3 },
    { service: 'cognito', operation: 'CreateUserPoolClient', mode: 'reject' },
  ];
  async function takeBackTheFirst(first: Submission, second: Submission): Promise<void> {
    await twin.addFaults(...lateRefusal);
    await twin.post(first);
    await eventually(
      async () => (await twin.stateOf(onboardingIdOf(first))) === 'CognitoClient' || undefined,
    );
    expect(await twin.onboard(second)).toEqual(doneEnd(second));
    expect(await twin.ended(onboardingIdOf(first))).toEqual(
      rolledBackEnd(first, 'CognitoClient', { alerted: true }),
    );
  }

  test("the profile that the first made stays, without the first one's group", async () => {
    const first = newSubmission('b2b-onboarding');
    const { user_id: login = '', email = '' } = first.variables;
    await takeBackTheFirst(first, anotherOf(first, 'b2b-user', { ewacs_product_name: 'fraud-signals' }));
    expect(await profileOf(twin, login)).toEqual({
      login,
      email,
      status: 'PROVISIONED',
      groups: [fraudSignals.group],
    });
  });

  test('the group that the first put an old profile into stays, because the second relies on it', async () => {
    const owner = newSubmission('b2b-user');
    const { user_id: login = '', email = '' } = owner.variables;
    await twin.onboard(owner);
    const first = anotherOf(owner, 'b2b-onboarding', { ewacs_product_name: 'fraud-signals' });
    await takeBackTheFirst(first, anotherOf(first, 'b2b-user'));
    expect(await profileOf(twin, login)).toEqual({
      login,
      email,
      status: 'PROVISIONED',
      groups: [creditReports.group, fraudSignals.group],
    });
  });
});

test("X-1 a profile that bears the partner's mark, but that no onboarding made, is used and never deleted", async () => {
  const submission = newSubmission('b2b-onboarding');
  const { user_id: login = '', email = '', company = '' } = submission.variables;
  await employ(twin, login, email, { sallyportPartner: await partnerIdAt(twin.urls.aws, company) });
  await twin.addFaults({ service: 'cognito', operation: 'CreateUserPoolClient', mode: 'reject' });
  expect(await twin.onboard(submission)).toEqual(
    rolledBackEnd(submission, 'CognitoClient', { alerted: true }),
  );
  expect(await profileOf(twin, login)).toEqual({ login, email, status: 'PROVISIONED', groups: [] });
  expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(nothing);
});

// This runs after all tests, in whatever order, and before the hook above that stops the twin.
afterAll(async () => {
  expect(await revealed(twin), 'WF-7 neither histories nor the log tell secrets or particulars').toEqual([]);
});
