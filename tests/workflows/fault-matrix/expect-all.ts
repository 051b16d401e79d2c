import { expect } from 'vitest';
import { only, rowsUnder } from '../../infra/failure-document.ts';
import type { OnboardingTwin } from '../support/onboarding-twin.ts';
import { onboardingIdOf, type Submission } from '../support/requests.ts';
import { nothing, profileOf, recordOf, type Things, thingsOf, waitsIn } from '../support/things.ts';
import { alertsOf, entriesOf, journalOf, linksMailed, mailsTo } from '../support/told.ts';
import { wholeOf } from '../support/whole.ts';
import type { Cell } from './cells.ts';
import { inTime } from './in-time.ts';
import { journalBy } from './paths.ts';

/** The recorded status of each end that leaves nothing to do. */
const recordedAs: Readonly<Record<string, string>> = {
  SUCCEEDED: 'Done',
  Rejected: 'Rejected',
  RolledBack: 'RolledBack',
};

/**
 * Expects one of each resource after Done and none after any other end. Record, ticket and mailbox report it
 * once.
 */
export async function expectEverything(
  twin: OnboardingTwin,
  submission: Submission,
  { way, ends, told, runs, isUnalerted }: Cell,
): Promise<void> {
  const [onboardingId, end = ''] = [onboardingIdOf(submission), ends.at(-1)];
  const isDone = end === 'SUCCEEDED';
  expect(
    await inTime(
      async () => (await recordOf(twin, onboardingId)).status,
      (status) => status === recordedAs[end],
    ),
    'the record',
  ).toBe(recordedAs[end]);
  const journal = journalBy(told);
  expect(
    await inTime(
      () => entriesOf(twin.urls, submission.number),
      (entries) => isSame(entries, journal),
    ),
    'the ticket',
  ).toEqual(journal);

  const isAlerted = 'AlertOperators' in runs && isUnalerted === undefined;
  expect(
    (await alertsOf(twin.urls, onboardingId)).some(({ status }) => status === 'Defect'),
    'the alert of a fault that is ours',
  ).toBe(isAlerted);

  const isItsProfile = way.person === undefined;
  const whole = wholeOf(submission);
  expect(await thingsOf(twin, onboardingId), 'what is there').toEqual(
    isDone ? { ...whole, users: isItsProfile ? whole.users : [] } : nothing,
  );
  expect(
    (await waitsIn(twin.aws)).filter(({ pk }) => pk === `ONBOARDING#${onboardingId}`),
    'what the sweep would count',
  ).toEqual([]);
  const { email = '', user_id: login = '' } = submission.variables;
  if (isItsProfile && !isDone) {
    await expect(profileOf(twin, login), 'the profile').rejects.toThrow('answered 404');
  }

  const links = await linksMailed(twin.urls, onboardingId);
  if (isDone) expect(links, 'mails with a link').toHaveLength(1);
  else expect(links.length, 'mails with a link').toBeLessThanOrEqual(1);
  const mails = await mailsTo(twin.urls, email);
  if (isItsProfile && isDone) {
    expect(mails.filter((mail) => mail.startsWith('okta:'))).toEqual(['okta: Activate your account']);
  }
}

const isSame = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);

const owners: Readonly<Record<keyof Things, string>> = {
  users: 'okta-profile',
  claims: 'okta-profile',
  clients: 'cognito-client',
  keys: 'gateway-mapping',
  mappings: 'gateway-mapping',
  links: 'credential-delivery',
  openTasks: 'ewacs-account',
};
const kinds = [
  'users',
  'claims',
  'clients',
  'keys',
  'mappings',
  'links',
  'openTasks',
] as const satisfies readonly (keyof Things)[];

/**
 * Expects, before an operator redrives, that whatever is left is named everywhere and belongs to no other
 * step.
 */
export async function expectNamed(
  twin: OnboardingTwin,
  submission: Submission,
  { left, told }: Cell,
): Promise<void> {
  const onboardingId = onboardingIdOf(submission);
  const journal = journalBy(told.slice(0, -1));
  expect(
    await inTime(
      () => entriesOf(twin.urls, submission.number),
      (entries) => isSame(entries, journal),
    ),
    'the ticket by then',
  ).toEqual(journal);
  const ofTheEnd = async () =>
    (await alertsOf(twin.urls, onboardingId)).filter(({ status }) => status !== 'Defect');
  const [alert] = await inTime(ofTheEnd, (alerts) => alerts.length > 0);
  const record = await recordOf(twin, onboardingId);
  expect(alert, 'the alert').toEqual({ onboardingId, ticketNumber: submission.number, ...record });
  if (left === undefined) {
    expect(record, 'the record by then').toMatchObject({
      status: 'Stopped',
      reasons: expect.arrayContaining([expect.objectContaining({ code: 'failed' })]) as unknown,
    });
    return;
  }
  expect(record, 'the record by then').toEqual({
    status: 'RollbackIncomplete',
    reasons: [{ code: left, sentence: expect.stringMatching(`^${left} is not undone: `) as unknown }],
  });
  const things = await thingsOf(twin, onboardingId);
  expect(
    kinds.filter((kind) => things[kind].length > 0 && owners[kind] !== left),
    'what is left of others',
  ).toEqual([]);
  const named =
    rowsUnder('What the ticket says', 'step').find((row) => only(row('step')) === left)?.(
      'this may still be there',
    ) ?? 'no row';
  expect((await journalOf(twin.urls, submission.number)).work_notes.at(-1)).toContain(
    `this may still be there: ${named}. `,
  );
}
