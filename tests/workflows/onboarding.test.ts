import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeIn, ticketsOf } from '../../clients/partner.ts';
import { type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { anotherOf, newSubmission, onboardingIdOf, receipt } from './support/requests.ts';
import { revealed } from './support/revealed.ts';
import { thingsOf } from './support/things.ts';
import { entriesOf, journalOf, linksMailed, mailsTo } from './support/told.ts';
import { creditReports, fraudSignals } from '../support/shipped-catalogue.ts';
import { wholeOf } from './support/whole.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
afterAll(() => twin.stop());

const both = [
  'RequestIntake',
  'ReportAccepted',
  'ChooseFirstStep',
  'OktaProfile',
  'ReportProfileReady',
  'ChooseAfterProfile',
  'CognitoClient',
  'GatewayMapping',
  'ReportClientReady',
  'CredentialDelivery',
  'ReportDone',
  'Done',
];
const profileOnly = [
  'RequestIntake',
  'ReportAccepted',
  'ChooseFirstStep',
  'OktaProfile',
  'ReportProfileReady',
  'ChooseAfterProfile',
  'ReportDone',
  'Done',
];
const clientOnly = [
  'RequestIntake',
  'ReportAccepted',
  'ChooseFirstStep',
  'CognitoClient',
  'GatewayMapping',
  'ReportClientReady',
  'CredentialDelivery',
  'ReportDone',
  'Done',
];

const terms = [
  {
    region: 'US',
    ewacs_product_name: 'credit-reports',
    name: creditReports.name,
    group: creditReports.group,
  },
  { region: 'UK', ewacs_product_name: 'fraud-signals', name: fraudSignals.name, group: fraudSignals.group },
];

describe.each(terms)('$region, $ewacs_product_name', ({ name, group, ...variables }) => {
  const scopes = [`${variables.ewacs_product_name}/read`];
  const client = {
    clients: [{ flows: ['client_credentials'], scopes }],
    keys: [{ enabled: true, plans: ['sallyport-dev-standard'] }],
    mappings: [{ status: 'active', scopes, ipRanges: ['203.0.113.10', '2001:db8:7::/48'] }],
    links: [{ number: 1, state: 'live' }],
  };
  const noClient = { clients: [], keys: [], mappings: [], links: [] };
  const credentials = `ses: Your API credentials for ${name} (DEV) are ready`;

  // Failure F-37
  test('WF-4 to WF-8 a b2b-onboarding makes profile and client, each once', async () => {
    const submission = newSubmission('b2b-onboarding', variables);
    const { user_id: login = '', email = '' } = submission.variables;
    const onboardingId = onboardingIdOf(submission);

    expect(await twin.onboard(submission)).toEqual({ onboardingId, status: 'SUCCEEDED', states: both });
    expect(await thingsOf(twin, onboardingId)).toEqual({
      users: [{ login, email, status: 'PROVISIONED', groups: [group] }],
      claims: [login, `${login} in a group`],
      ...client,
      openTasks: [],
    });
    expect(await mailsTo(twin.urls, email)).toEqual(['okta: Activate your account', credentials]);
    expect(await linksMailed(twin.urls, onboardingId)).toHaveLength(1);
    expect(await entriesOf(twin.urls, submission.number)).toEqual({
      state: '3',
      work_notes: ['Accepted', 'ProfileReady', 'ClientReady', 'Done'],
      comments: ['Accepted', 'code-1', 'Done'],
    });
  });

  test('WF-4 a b2b-user makes a profile, and WF-5 to WF-7 an api-client later a client for it', async () => {
    const user = newSubmission('b2b-user', variables);
    const { user_id: login = '', email = '' } = user.variables;
    expect(await twin.onboard(user)).toEqual({
      onboardingId: onboardingIdOf(user),
      status: 'SUCCEEDED',
      states: profileOnly,
    });
    const profile = {
      users: [{ login, email, status: 'PROVISIONED', groups: [group] }],
      claims: [login, `${login} in a group`],
      ...noClient,
      openTasks: [],
    };
    expect(await thingsOf(twin, onboardingIdOf(user))).toEqual(profile);
    expect(await mailsTo(twin.urls, email)).toEqual(['okta: Activate your account']);
    expect(await entriesOf(twin.urls, user.number)).toEqual({
      state: '3',
      work_notes: ['Accepted', 'ProfileReady', 'Done'],
      comments: ['Accepted', 'Done'],
    });

    const apiClient = anotherOf(user, 'api-client', { email: `clients-of-${email}` });
    expect(await twin.onboard(apiClient)).toEqual({
      onboardingId: onboardingIdOf(apiClient),
      status: 'SUCCEEDED',
      states: clientOnly,
    });
    expect(await thingsOf(twin, onboardingIdOf(apiClient))).toEqual({
      users: [],
      claims: [],
      ...client,
      openTasks: [],
    });
    expect(await thingsOf(twin, onboardingIdOf(user))).toEqual(profile);
    expect(await mailsTo(twin.urls, `clients-of-${email}`)).toEqual([credentials]);
    expect(await entriesOf(twin.urls, apiClient.number)).toEqual({
      state: '3',
      work_notes: ['Accepted', 'ClientReady', 'Done'],
      comments: ['Accepted', 'code-1', 'Done'],
    });
  });
});

// Threat T-4
test('WF-8 the ticket is told in whole sentences', async () => {
  const submission = newSubmission('b2b-onboarding');
  const { company = '', user_id: login = '' } = submission.variables;
  const { onboardingId } = await twin.onboard(submission);
  const { state, work_notes, comments } = await journalOf(twin.urls, submission.number);
  const code = codeIn((await ticketsOf(twin.urls)).find(({ number }) => number === submission.number));
  const mailbox = `a***@${submission.variables['email']?.split('@')[1] ?? ''}`;
  const wish = `access to ${creditReports.name} (DEV) for ${company}, with the partner profile ${login} and an API client`;

  expect({ state, work_notes }).toEqual({
    state: '3',
    work_notes: [
      `Accepted: ${wish}. Everything that follows happens by itself.\n\n(ref ${onboardingId}/Accepted)`,
      `The partner profile ${login} is ready. If it is new, a mail to ${mailbox} asks its owner to activate it.\n\n(ref ${onboardingId}/ProfileReady)`,
      `The API client of ${company} for ${creditReports.name} (DEV) is ready. Next, its credentials are offered for pick-up: ` +
        `the link goes to ${mailbox}, the code into the comments of this request.\n\n(ref ${onboardingId}/ClientReady)`,
      `Done: ${wish}.\n\n(ref ${onboardingId}/Done)`,
    ],
  });
  expect(comments).toEqual([
    `Your request is accepted: ${wish}. Everything that follows happens by itself. You have nothing to do until you hear from us here.\n\n(ref ${onboardingId}/Accepted)`,
    expect.stringMatching(
      new RegExp(`^Please pass on the code ${code ?? 'none'} to your contact at ${company}: `, 'u'),
    ),
    `Done: ${company} has access to ${creditReports.name} (DEV). One thing is left to you: if you have not passed on the code from the comment above, ` +
      `please do so now. The partner needs it to pick the credentials up.\n\n(ref ${onboardingId}/Done)`,
  ]);
});

test("WF-4 a second onboarding of the same person finds the profile and adds the other product's group", async () => {
  const first = newSubmission('b2b-onboarding');
  const second = anotherOf(first, 'b2b-onboarding', { ewacs_product_name: 'fraud-signals' });
  const { user_id: login = '', email = '' } = first.variables;
  await twin.onboard(first);
  expect(await twin.onboard(second)).toEqual({
    onboardingId: onboardingIdOf(second),
    status: 'SUCCEEDED',
    states: both,
  });
  expect(await thingsOf(twin, onboardingIdOf(first))).toEqual({
    ...wholeOf(first),
    users: [{ login, email, status: 'PROVISIONED', groups: [creditReports.group, fraudSignals.group] }],
  });
  const scopes = ['fraud-signals/read'];
  expect(await thingsOf(twin, onboardingIdOf(second))).toEqual({
    ...wholeOf(second),
    users: [],
    clients: [{ flows: ['client_credentials'], scopes }],
    mappings: [{ status: 'active', scopes, ipRanges: ['203.0.113.10', '2001:db8:7::/48'] }],
  });
  expect(await mailsTo(twin.urls, email)).toEqual([
    'okta: Activate your account',
    `ses: Your API credentials for ${creditReports.name} (DEV) are ready`,
    `ses: Your API credentials for ${fraudSignals.name} (DEV) are ready`,
  ]);
});

test('X-1 a request that is sent again is answered as before, while it runs and after, and nothing happens twice', async () => {
  const submission = newSubmission('b2b-onboarding');
  expect(await twin.post(submission)).toEqual(receipt(submission));
  expect(await twin.post({ ...submission, sys_mod_count: '1' })).toEqual(
    receipt(submission, { status: 200 }),
  );
  await twin.ended(onboardingIdOf(submission));
  const before = await thingsOf(twin, onboardingIdOf(submission));
  expect(await twin.post({ ...submission, sys_mod_count: '7' })).toEqual(
    receipt(submission, { status: 200, is: 'Done' }),
  );
  expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(before);
  expect(await entriesOf(twin.urls, submission.number)).toEqual({
    state: '3',
    work_notes: ['Accepted', 'ProfileReady', 'ClientReady', 'Done'],
    comments: ['Accepted', 'code-1', 'Done'],
  });
});

// Failure F-45
test('X-1 ten deliveries at once start one workflow', async () => {
  const submission = newSubmission('b2b-onboarding');
  const answers = await Promise.all(Array.from({ length: 10 }, () => twin.post(submission)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([
    200, 200, 200, 200, 200, 200, 200, 200, 200, 202,
  ]);
  expect(new Set(answers.map(({ body }) => body['executionArn']))).toEqual(
    new Set([receipt(submission).body['executionArn']]),
  );
  await twin.ended(onboardingIdOf(submission));
  expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(wholeOf(submission));
});

// This runs after all tests, in whatever order, and before the hook above that stops the twin.
afterAll(async () => {
  // Threat T-78
  expect(await revealed(twin), 'WF-7 neither histories nor the log tell secrets or particulars').toEqual([]);
});
