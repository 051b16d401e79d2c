import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { doneEnd, rolledBackEnd } from './support/ends.ts';
import { type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { anotherOf, newSubmission, onboardingIdOf, receipt, type Submission } from './support/requests.ts';
import { revealed } from './support/revealed.ts';
import { employ, nothing, profileOf, suspend, thingsOf } from './support/things.ts';
import { entriesOf, journalOf, mailsTo } from './support/told.ts';
import { assignmentGroupOf } from '../support/shipped-catalogue.ts';
import { wholeOf } from './support/whole.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin();
});
afterAll(() => twin.stop());

/** Posts the request and expects that it is rejected for this one reason and that nothing is created. */
async function expectRejected(submission: Submission, reason: string): Promise<void> {
  const onboardingId = onboardingIdOf(submission);
  expect(await twin.onboard(submission)).toEqual({
    onboardingId,
    status: 'FAILED',
    error: 'Rejected',
    states: ['RequestIntake', 'ReportRejected', 'Rejected'],
  });
  expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
  expect(await journalOf(twin.urls, submission.number)).toEqual({
    state: '4',
    work_notes: [`Not accepted, nothing was set up:\n- ${reason}\n\n(ref ${onboardingId}/Rejected)`],
    comments: [
      `This request could not be accepted, and nothing was set up:\n- ${reason}\nPlease put this right and submit the request again. ` +
        `If something is unclear, ask ${assignmentGroupOf('US')} here.\n\n(ref ${onboardingId}/Rejected)`,
    ],
  });
}

const noProfile = ({ variables: { company = '', user_id = '' } }: Submission): string =>
  `${company} has no active profile with the user id ${user_id}. Ask for a b2b-user first, or for a b2b-onboarding, which makes both.`;

describe('WF-1 an api-client is rejected', () => {
  test('if nobody has that user id', async () => {
    const submission = newSubmission('api-client');
    await expectRejected(submission, noProfile(submission));
    expect(await mailsTo(twin.urls, submission.variables['email'] ?? '')).toEqual([]);
  });

  test("if the user id is an employee's", async () => {
    const submission = newSubmission('api-client');
    const { user_id = '', email = '' } = submission.variables;
    await employ(twin, user_id, email);
    await expectRejected(submission, noProfile(submission));
  });

  test('if the user id is of another partner', async () => {
    const owner = newSubmission('b2b-user');
    await twin.onboard(owner);
    const submission = anotherOf(owner, 'api-client', { company: 'Somebody Else Ltd' });
    await expectRejected(submission, noProfile(submission));
  });

  test('if the profile is suspended', async () => {
    const owner = newSubmission('b2b-user');
    await twin.onboard(owner);
    await suspend(twin, owner.variables['user_id'] ?? '');
    const submission = anotherOf(owner, 'api-client');
    await expectRejected(submission, noProfile(submission));
  });
});

// Failure F-54
describe.each(['b2b-onboarding', 'b2b-user'] as const)(
  'WF-1 a %s is rejected, and the profile stays as it is,',
  (kind) => {
    // Failure F-15
    test("if the user id is an employee's", async () => {
      const submission = newSubmission(kind);
      const { user_id = '', email = '' } = submission.variables;
      await employ(twin, user_id, email);
      await expectRejected(
        submission,
        `The user id ${user_id} cannot be used: the user id belongs to somebody who is no partner user.`,
      );
      expect(await profileOf(twin, user_id)).toEqual({
        login: user_id,
        email,
        status: 'PROVISIONED',
        groups: [],
      });
    });

    test.each([
      {
        what: 'is of another partner',
        changes: { company: 'Somebody Else Ltd' },
        because: 'the user id belongs to a user of another partner',
      },
      {
        what: 'belongs to another e-mail address',
        changes: { email: 'someone.else@partner.example' },
        because: 'the user id belongs to a user with another e-mail address',
      },
    ])('if the user id $what', async ({ changes, because }) => {
      const owner = newSubmission('b2b-user');
      await twin.onboard(owner);
      const { user_id = '' } = owner.variables;
      const before = await profileOf(twin, user_id);
      await expectRejected(
        anotherOf(owner, kind, { ewacs_product_name: 'fraud-signals', ...changes }),
        `The user id ${user_id} cannot be used: ${because}.`,
      );
      expect(await profileOf(twin, user_id)).toEqual(before);
    });

    test('if the profile is suspended', async () => {
      const owner = newSubmission('b2b-user');
      await twin.onboard(owner);
      const { user_id = '' } = owner.variables;
      await suspend(twin, user_id);
      const before = await profileOf(twin, user_id);
      await expectRejected(
        anotherOf(owner, kind),
        `The user id ${user_id} cannot be used: the profile under this user id is suspended or deactivated.`,
      );
      expect(await profileOf(twin, user_id)).toEqual(before);
    });
  },
);

/** The webhook's answer to different content that cannot be accepted now. */
const conflictWith = (onboardingId: string) => ({
  status: 409,
  body: {
    type: 'about:blank',
    status: 409,
    code: 'ticket_conflict',
    onboardingId,
    title:
      'This ticket was sent before with other content. Other content is taken only after the last attempt ended Rejected or RolledBack.',
  },
});

describe('X-1 other content for the same ticket', () => {
  // Failure F-38
  test('is a new attempt after Rejected, which succeeds', async () => {
    const first = newSubmission('api-client');
    const second: Submission = { ...first, cat_item: 'b2b-onboarding' };
    await expectRejected(first, noProfile(first));
    expect(await twin.post(first)).toEqual(receipt(first, { status: 200, is: 'Rejected' }));
    expect(await twin.post(second)).toEqual(receipt(second, { attempt: 2 }));
    const onboardingId = onboardingIdOf(second, 2);
    expect(await twin.ended(onboardingId)).toEqual(doneEnd(second, 2));
    expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(second));
    expect(await entriesOf(twin.urls, first.number)).toEqual({
      state: '3',
      work_notes: ['Rejected', 'Accepted', 'ProfileReady', 'ClientReady', 'Done'],
      comments: ['Rejected', 'Accepted', 'code-1', 'Done'],
    });
    expect(await twin.post(second)).toEqual(receipt(second, { status: 200, attempt: 2, is: 'Done' }));
    expect(await twin.post(first)).toEqual(conflictWith(onboardingId));
  });

  // Failure F-41
  test('is a new attempt after RolledBack, which succeeds', async () => {
    const first = newSubmission('b2b-onboarding');
    const second: Submission = {
      ...first,
      variables: { ...first.variables, email: `new-${first.variables['email'] ?? ''}` },
    };
    await twin.addFaults({ service: 'ses', operation: 'SendEmail', mode: 'reject' });
    expect(await twin.onboard(first)).toEqual(rolledBackEnd(first, 'CredentialDelivery'));
    expect(await twin.post(first)).toEqual(receipt(first, { status: 200, is: 'RolledBack' }));
    expect(await twin.post(second)).toEqual(receipt(second, { attempt: 2 }));
    const onboardingId = onboardingIdOf(second, 2);
    expect(await twin.ended(onboardingId)).toEqual(doneEnd(second, 2));
    expect(await thingsOf(twin, onboardingIdOf(first))).toEqual(nothing);
    expect(await thingsOf(twin, onboardingId)).toEqual(wholeOf(second));
    expect(await entriesOf(twin.urls, first.number)).toEqual({
      state: '3',
      work_notes: [
        'Accepted',
        'ProfileReady',
        'ClientReady',
        'RolledBack',
        'Accepted',
        'ProfileReady',
        'ClientReady',
        'Done',
      ],
      comments: ['Accepted', 'RolledBack', 'Accepted', 'code-1', 'Done'],
    });
  });

  // Failure F-49
  test('is refused while the workflow runs, and changes nothing', async () => {
    const submission = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
    expect(await twin.post(submission)).toEqual(receipt(submission));
    await eventually(
      async () => (await twin.stateOf(onboardingIdOf(submission))) === 'AwaitEwacsAccount' || undefined,
    );
    const other: Submission = {
      ...submission,
      variables: { ...submission.variables, telephone: '+1 555 0199' },
    };
    expect(await twin.post(other)).toEqual(conflictWith(onboardingIdOf(submission)));
    expect(await twin.post(submission)).toEqual(receipt(submission, { status: 200 }));
  });

  test('is refused after Done', async () => {
    const submission = newSubmission('b2b-user');
    await twin.onboard(submission);
    expect(await twin.post({ ...submission, cat_item: 'b2b-onboarding' })).toEqual(
      conflictWith(onboardingIdOf(submission)),
    );
    expect(await twin.post(submission)).toEqual(receipt(submission, { status: 200, is: 'Done' }));
  });
});

// This runs after all tests, in whatever order, and before the hook above that stops the twin.
afterAll(async () => {
  expect(await revealed(twin), 'WF-7 neither histories nor the log tell secrets or particulars').toEqual([]);
});
