import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeIn, inbox, linkIn, pickUp, ticketsOf } from '../../clients/partner.ts';
import { assignmentGroupOf } from '../support/shipped-catalogue.ts';
import { type Ran, run } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { type OnboardingTwin, startOnboardingTwin } from './support/onboarding-twin.ts';
import { newSubmission, onboardingIdOf, type Submission } from './support/requests.ts';
import { ewacsTaskOf } from './support/things.ts';
import { entriesOf } from './support/told.ts';

let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await startOnboardingTwin({ timeScale: 1 });
});
afterAll(() => twin.stop());

const operator = (script: string, ...args: readonly string[]): Promise<Ran> =>
  run(`scripts/${script}.ts`, args, { environment: { SALLYPORT_PORT: new URL(twin.urls.gateway).port } });

/** Returns the lines of `npm run show` under each heading, in groups that begin with an onboarding. */
async function shown(): Promise<Readonly<Record<string, readonly string[]>>> {
  const { exitCode, stdout, stderr } = await operator('show');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const [, ...lines] = stripVTControlCharacters(stdout).trimEnd().split('\n');
  const sections: Record<string, string[]> = {};
  let heading = '';
  for (const line of lines) {
    if (/^\S/u.test(line)) heading = line;
    else if (line !== '') (sections[heading] ??= []).push(line.trim().replace(/, \d+ \S+ ago$/u, ''));
  }
  return sections;
}

async function handOver({ number }: Submission, onboardingId: string) {
  const ticket = (await ticketsOf(twin.urls)).find((each) => each.number === number);
  const link = linkIn(await inbox(twin.urls), onboardingId)?.link ?? '';
  return { link, code: codeIn(ticket) ?? '' };
}

async function onboarded(variables: Readonly<Record<string, string>> = {}) {
  const submission = newSubmission('b2b-onboarding', variables);
  const onboardingId = onboardingIdOf(submission);
  expect(await twin.onboard(submission)).toMatchObject({ status: 'SUCCEEDED' });
  const { company = '' } = submission.variables;
  return { submission, onboardingId, line: `${company}, credit-reports` };
}

test('X-4 npm run show finds what has ended and still needs somebody, and says what to do', async () => {
  const pickedUp = await onboarded();
  const { link, code } = await handOver(pickedUp.submission, pickedUp.onboardingId);
  await pickUp(link, code);
  const expired = await onboarded();
  const locked = await onboarded();
  const theirs = await handOver(locked.submission, locked.onboardingId);
  for (let time = 0; time < 5; time += 1) {
    await fetch(theirs.link, {
      method: 'POST',
      body: JSON.stringify({ code: theirs.code.startsWith('0') ? 'ZZZZ-ZZZZ' : '0000-0000' }),
      headers: { 'content-type': 'application/json' },
    });
  }
  const bounced = await onboarded({ email: 'bounce+attention@simulator.amazonses.com' });
  await eventually(
    async () =>
      (await entriesOf(twin.urls, bounced.submission.number)).comments.includes('mail-bounced-1') ||
      undefined,
  );
  const suppressed = await onboarded({ email: 'suppressionlist@simulator.amazonses.com' });
  await eventually(
    async () =>
      (await entriesOf(twin.urls, suppressed.submission.number)).comments.includes('mail-suppressed-1') ||
      undefined,
  );
  const untold = newSubmission('b2b-user');
  const untoldId = onboardingIdOf(untold);
  const during = { event: { onboardingId: untoldId } };
  const atItsEnd = { functionName: 'execution-ended' };
  await twin.addFaults(
    { service: 'servicenow', operation: 'UpdateRecord', mode: 'reject', times: 50, during },
    { service: 'servicenow', operation: 'UpdateRecord', mode: 'reject', times: 50, during: atItsEnd },
  );
  expect(await twin.onboard(untold)).toMatchObject({ status: 'SUCCEEDED' });
  const waiting = newSubmission('b2b-onboarding', { ewacs_account_created: 'false' });
  const waitingId = onboardingIdOf(waiting);
  await twin.post(waiting);
  const task = await eventually(() => ewacsTaskOf(twin, waitingId));
  await eventually(async () => (await twin.history(waitingId)).at(-1)?.type === 'TaskSubmitted' || undefined);

  const untoldLines = [
    `! ${untoldId}  Done, ticket not told, ${untold.variables['company'] ?? ''}, credit-reports`,
    `Next: Tell the ticket: npm run reconcile -- ${untoldId} (docs/runbooks/not-recorded.md)`,
  ];
  const lockedLines = [
    `! ${locked.onboardingId}  Done, link locked, ${locked.line}`,
    `Next: Have the business unit ask the partner whether it was them; if so: npm run relink -- ${locked.onboardingId} (docs/runbooks/done.md)`,
  ];
  const bouncedLines = [
    `! ${bounced.onboardingId}  Done, mail bounced, ${bounced.line}`,
    `Next: Have the business unit check the address; once the mailbox works: npm run relink -- ${bounced.onboardingId} (docs/runbooks/done.md)`,
  ];
  const suppressedLines = [
    `! ${suppressed.onboardingId}  Done, mail suppressed, ${suppressed.line}`,
    `Next: Have the business unit check the address; take it off the list, and then: npm run relink -- ${suppressed.onboardingId} (docs/runbooks/done.md)`,
  ];
  const where = `task ${task.number} of ${assignmentGroupOf('US')}`;
  const itsCompany = `${waiting.variables['company'] ?? ''}, credit-reports`;
  expect(await shown()).toEqual({
    'Needs attention': [...untoldLines, ...suppressedLines, ...bouncedLines, ...lockedLines],
    'Waiting for a person': [`${waitingId}  waiting for the EWACS account, ${where}, ${itsCompany}`],
    Latest: [
      `${expired.onboardingId}  Done, ${expired.line}`,
      `${pickedUp.onboardingId}  Done, ${pickedUp.line}`,
    ],
  });
  const story = (await operator('show', waitingId)).stdout;
  expect(story).toContain(`… ewacs-account        intended, ${where}\n`);
  expect(story).toContain(`What this means:\n  It waits for the EWACS account: ${where}.\n`);
  expect((await operator('show', untoldId)).stdout).toContain(
    'What this means:\n  The onboarding has ended (Done), and its ticket was not told.\n',
  );

  await twin.clearFaults();
  expect(await operator('reconcile', untoldId)).toMatchObject({ exitCode: 0 });
  expect(await operator('relink', locked.onboardingId)).toMatchObject({ exitCode: 0 });
  expect(await operator('relink', bounced.onboardingId)).toMatchObject({ exitCode: 0 });
  const threeDays = 72 * 3600;
  await twin.moveClock(threeDays + 600);
  const later = await shown();
  expect(later['Needs attention']).toEqual(
    expect.arrayContaining([
      `! ${expired.onboardingId}  Done, link expired, ${expired.line}`,
      `Next: If the partner still wants them, send a new link: npm run relink -- ${expired.onboardingId} (docs/runbooks/done.md)`,
      `! ${waitingId}  waiting for the EWACS account, ${where}, overdue, ${itsCompany}`,
      `Next: Ask ${assignmentGroupOf('US')} to close the task; if it is closed already: npm run reconcile -- ${waitingId} (docs/runbooks/waiting.md)`,
    ]),
  );
  expect(later['Needs attention']?.join('\n')).not.toContain(untoldId);
  expect(later['Needs attention']?.join('\n')).not.toContain(pickedUp.onboardingId);

  await twin.moveClock(14 * 86_400 + 600);
  expect(await twin.ended(waitingId)).toMatchObject({ error: 'RolledBack' });
  const overdue = stripVTControlCharacters((await operator('show', waitingId)).stdout);
  expect(overdue).toContain(
    `✗ ewacs-account        undone\n      The EWACS account did not come in time: ${where} was not closed before the wait ended.\n`,
  );
  expect(overdue).not.toContain('OutcomeUnknown');
});
