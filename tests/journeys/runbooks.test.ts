import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeIn, pickUp, ticketsOf } from '../../clients/partner.ts';
import { doneEnd } from '../workflows/support/ends.ts';
import { type OnboardingTwin, startOnboardingTwin } from '../workflows/support/onboarding-twin.ts';
import { anotherOf, newSubmission, onboardingIdOf, type Submission } from '../workflows/support/requests.ts';
import { ewacsTaskOf, nothing, thingsOf } from '../workflows/support/things.ts';
import { alertsOf, entriesOf, journalOf, linksMailed } from '../workflows/support/told.ts';
import { wholeOf } from '../workflows/support/whole.ts';
import { followed, type OnCall, onCall } from './on-call.ts';
import { blocksOf, pageForNote, pages } from './runbook-pages.ts';
import { everySituation, vendorDown, notStarted } from './runbook-situations.ts';

/** In milliseconds. The AWS CLI takes almost a second per command, and longer when other commands run. */
const patience = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-runbooks-'));
let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await startOnboardingTwin({ timeScale: 20 });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await twin.stop();
});

const written = (...entries: readonly string[]): readonly string[] =>
  entries.map((entry) => `JOURNAL#${entry} written`);
const wholeSteps = ['cognito-client', 'credential-delivery', 'gateway-mapping', 'okta-profile'].map(
  (step) => `STEP#${step} applied`,
);
const wholeRows = [
  ...written('Accepted', 'ClientReady', 'Done', 'ProfileReady', 'code-1'),
  'ONBOARDING Done',
  ...wholeSteps,
];
const undoneRows = [
  'STEP#cognito-client undone',
  'STEP#credential-delivery undone',
  'STEP#ewacs-account undone',
  'STEP#gateway-mapping undone Rejected apigateway CreateApiKey BadRequestException',
  'STEP#okta-profile undone',
];

async function workOn(
  submission: Submission,
  page: string,
  work: (operator: OnCall, onboardingId: string) => Promise<void>,
): Promise<void> {
  const onboardingId = onboardingIdOf(submission);
  const operator = await onCall(twin.urls, page, onboardingId);
  try {
    await work(operator, onboardingId);
  } finally {
    operator.leave();
  }
}

/**
 * Expects that the index leads to the page from the ticket's last note and from the alerts, if there are any.
 */
async function expectLedTo(
  page: string,
  submission: Submission,
  ...alerts: readonly string[]
): Promise<void> {
  expect(pageForNote((await journalOf(twin.urls, submission.number)).work_notes.at(-1) ?? '')).toContain(
    `(${page})`,
  );
  const raised = await alertsOf(twin.urls, onboardingIdOf(submission));
  expect(raised.map(({ status }) => status)).toEqual(alerts);
}

async function expectWhole(submission: Submission, attempt = 1): Promise<void> {
  expect(await thingsOf(twin, onboardingIdOf(submission, attempt))).toEqual(wholeOf(submission));
  expect((await entriesOf(twin.urls, submission.number)).state).toBe('3');
}

async function expectTakenBack(submission: Submission): Promise<void> {
  expect(await thingsOf(twin, onboardingIdOf(submission))).toEqual(nothing);
  const { state, work_notes } = await entriesOf(twin.urls, submission.number);
  expect({ state, last: work_notes.at(-1) }).toEqual({ state: '4', last: 'RolledBack' });
}

const lastLine = ([lines = []]: readonly (readonly string[])[]): string | undefined => lines.at(-1);

// The pages share a twin, its faults and its clock, and the last test checks which pages the others followed.
describe('docs/runbooks', { shuffle: false }, () => {
  test(
    'not-started.md: the sweep starts it',
    async () => {
      const submission = await notStarted(twin);
      await workOn(submission, 'not-started.md', async ({ follow, index }, onboardingId) => {
        const [[known = ''] = []] = await index('Only its ticket is known', { TICKET: submission.number });
        const [id, since = ''] = known.split(' ');
        expect(id).toBe(onboardingId);
        expect(await follow('How to see it')).toEqual([[`${since} ${onboardingId}`]]);
        await twin.moveClock(61);
        expect(await follow('What to do')).toEqual([['', 'null']]);
        await twin.ended(onboardingId);
        await twin.moveClock(0);
        expect(await follow('How to know it worked')).toEqual([['SUCCEEDED']]);
        await expectWhole(submission);
      });
    },
    patience,
  );

  test(
    'vendor-down.md: who waits goes on when it is back',
    async () => {
      const hit = await vendorDown(twin);
      const ids = hit.map((submission) => onboardingIdOf(submission));
      await workOn(hit[0], 'vendor-down.md', async ({ follow }) => {
        const [waiting = []] = await follow('How to see it');
        expect(waiting.map((line) => line.replace(/^\S+ /u, '')).toSorted()).toEqual(
          ids.map((id) => `ONBOARDING#${id} STEP#okta-profile`),
        );
        const [times = []] = await follow('What to do', { ONBOARDINGS: ids.join(' ') });
        expect(times).toHaveLength(2 * ids.length);
        await twin.clearFaults();
        for (const each of hit) {
          expect(await twin.ended(onboardingIdOf(each))).toEqual(doneEnd(each));
        }
        const [newest = []] = await follow('How to know it worked');
        for (const id of ids) {
          expect(newest.filter((line) => line.endsWith(` SUCCEEDED ${id}`))).toHaveLength(1);
        }
        for (const each of hit) await expectWhole(each);
      });
    },
    patience,
  );

  test(
    'README.md: the log of the twin has what CloudWatch Logs has on AWS',
    async () => {
      const answer = await fetch(`${twin.urls.gateway}/apis/credit-reports/reports`, {
        headers: { authorization: 'Bearer no.real.token' },
      });
      const file = join(folder, 'twin.log');
      const submission = newSubmission('b2b-onboarding');
      await twin.addFaults({ service: 'okta', operation: 'CreateUser', mode: 'fail-before', times: 1 });
      await twin.post(submission);
      await twin.ended(onboardingIdOf(submission));
      writeFileSync(file, twin.log());
      await workOn(submission, 'README.md', async ({ index }) => {
        const call = answer.headers.get('x-amzn-requestid') ?? '';
        const [printed = []] = await index('The log of the twin', { LOG: file, CALL: call });
        const lines = printed.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
        const [decided, answered, ...failed] = lines.toReversed();
        expect(decided).toMatchObject({ code: 'token_refused', rule: 'malformed' });
        expect(answered).toMatchObject({ method: 'GET', status: 401 });
        expect(failed.length).toBeGreaterThan(0);
        for (const line of failed) expect(line).toMatchObject({ code: 'step_failed', vendor: 'okta' });
      });
    },
    patience,
  );

  describe('the runbook', () => {
    let found: Awaited<ReturnType<typeof everySituation>>;
    beforeAll(async () => {
      found = await everySituation(twin);
    }, patience);

    test.concurrent(
      'done.md: a locked link is replaced',
      async () => {
        await expectLedTo('done.md', found.locked);
        await workOn(found.locked, 'done.md', async ({ follow }, onboardingId) => {
          expect(await follow('How to see it')).toEqual([
            ['SUCCEEDED', ...wholeRows.toSpliced(5, 0, ...written('link-locked-1'))],
            [''],
          ]);
          expect(lastLine(await follow('What to do'))).toBe(
            "link 2 is on its way: the mail to the partner, the code to the ticket's comments",
          );
          expect(await follow('How to know it worked')).toEqual([
            wholeRows.toSpliced(5, 0, ...written('code-2', 'link-locked-1')),
          ]);
          const ticket = (await ticketsOf(twin.urls)).find(({ number }) => number === found.locked.number);
          const [, link = ''] = await linksMailed(twin.urls, onboardingId);
          expect(await pickUp(link, codeIn(ticket) ?? '')).toEqual({
            client_id: expect.any(String) as string,
            client_secret: expect.any(String) as string,
            token_url: expect.any(String) as string,
            scopes: ['credit-reports/read'],
          });
        });
      },
      patience,
    );

    describe.concurrent('rejected.md', () => {
      test(
        'the same request again, once the profile is there',
        async () => {
          const submission = found.rejected;
          await expectLedTo('rejected.md', submission);
          await workOn(submission, 'rejected.md', async ({ follow, index }) => {
            expect(await follow('How to see it')).toEqual([
              [
                'FAILED Rejected',
                'Rejected',
                expect.stringMatching(/^no_active_profile .+ has no active profile/u),
              ],
            ]);
            await twin.onboard(anotherOf(submission, 'b2b-user'));
            expect(lastLine(await follow('The reason is gone: the same request again'))).toBe('SUCCEEDED');
            await index('Name the onboarding', { ONBOARDING: onboardingIdOf(submission, 2) });
            expect(await follow('How to know it worked')).toEqual([['SUCCEEDED']]);
          });
        },
        patience,
      );

      test(
        'a mended one',
        async () => {
          const submission = found.rejectedWrongly;
          const FILE = join(folder, 'mended.json');
          const user = anotherOf(submission, 'b2b-user', { user_id: 'the.right.one' });
          await twin.onboard(user);
          writeFileSync(FILE, JSON.stringify({ ...submission, variables: user.variables }));
          await workOn(submission, 'rejected.md', async ({ follow }) => {
            expect(lastLine(await follow('The request was wrong: a mended one', { FILE }))).toBe('SUCCEEDED');
          });
          expect((await entriesOf(twin.urls, submission.number)).state).toBe('3');
        },
        patience,
      );
    });

    test.concurrent(
      'rolled-back.md: a new attempt',
      async () => {
        const submission = found.rolledBack;
        await expectLedTo('rolled-back.md', submission);
        await workOn(submission, 'rolled-back.md', async ({ follow, index }) => {
          expect(await follow('How to see it')).toEqual([
            [
              'FAILED RolledBack',
              ...written('Accepted', 'ClientReady', 'ProfileReady', 'RolledBack'),
              'ONBOARDING RolledBack',
              'STEP#cognito-client undone',
              'STEP#credential-delivery undone Rejected ses SendEmail MessageRejected',
              'STEP#ewacs-account undone',
              'STEP#gateway-mapping undone',
              'STEP#okta-profile undone',
            ],
          ]);
          expect(lastLine(await follow('What to do'))).toBe('SUCCEEDED');
          await index('Name the onboarding', { ONBOARDING: onboardingIdOf(submission, 2) });
          expect(await follow('How to know it worked')).toEqual([['SUCCEEDED']]);
          await expectWhole(submission, 2);
        });
      },
      patience,
    );

    test.concurrent(
      'defect.md: once it is mended, a new attempt',
      async () => {
        const submission = found.ourFault;
        await expectLedTo('rolled-back.md', submission, 'Defect');
        await workOn(submission, 'defect.md', async ({ follow, index }) => {
          const words = expect.stringMatching(
            /^Defect .*"cognito CreateUserPoolClient: NotAuthorizedException"/u,
          ) as unknown;
          expect(await follow('How to see it')).toEqual([[words]]);
          expect(lastLine(await follow('What to do'))).toBe('SUCCEEDED');
          await index('Name the onboarding', { ONBOARDING: onboardingIdOf(submission, 2) });
          expect(await follow('How to know it worked')).toEqual([['SUCCEEDED']]);
          await expectWhole(submission, 2);
        });
      },
      patience,
    );

    describe.concurrent('rollback-incomplete.md', () => {
      test.each([
        ['What to do', 'rollbackIncomplete'],
        ['After 14 days', 'rollbackIncompleteForLong'],
      ] as const)(
        '%s',
        async (heading, situation) => {
          const submission = found[situation];
          await expectLedTo('rollback-incomplete.md', submission, 'RollbackIncomplete');
          await workOn(submission, 'rollback-incomplete.md', async ({ follow }, onboardingId) => {
            if (situation === 'rollbackIncomplete') {
              expect(await follow('How to see it')).toEqual([
                [
                  'FAILED RollbackIncomplete',
                  'RollbackIncomplete',
                  'okta-profile okta-profile is not undone: okta DeleteUser: HTTP 403 E0000006',
                ],
              ]);
            }
            await follow(heading);
            const { error } = await twin.ended(onboardingId);
            expect(error).toBe(heading === 'What to do' ? 'RolledBack' : 'RollbackIncomplete');
            expect(await follow('How to know it worked')).toEqual([
              [
                ...written('Accepted', 'ProfileReady', 'RollbackIncomplete:okta-profile', 'RolledBack'),
                'ONBOARDING RolledBack',
                ...undoneRows,
              ],
            ]);
            await expectTakenBack(submission);
          });
        },
        patience,
      );
    });

    describe.concurrent('stopped.md', () => {
      test(
        'Carry on',
        async () => {
          const submission = found.stoppedByHand;
          await expectLedTo('stopped.md', submission, 'Stopped');
          await workOn(submission, 'stopped.md', async ({ follow }, onboardingId) => {
            expect(await follow('How to see it')).toEqual([
              [
                'ABORTED wrong partner?',
                'CognitoClient',
                'Stopped',
                'aborted The execution was stopped by hand.',
                'okta-profile okta-profile is not undone.',
              ],
            ]);
            await follow('Carry on');
            await twin.ended(onboardingId);
            expect(await follow('How to know it worked')).toEqual([
              ['SUCCEEDED', ...wholeRows.toSpliced(4, 0, ...written('Stopped:0'))],
            ]);
            await expectWhole(submission);
          });
        },
        patience,
      );

      test(
        'Roll it back',
        async () => {
          const submission = found.failedOtherwise;
          await expectLedTo('stopped.md', submission, 'Stopped');
          await workOn(submission, 'stopped.md', async ({ follow }, onboardingId) => {
            expect(lastLine(await follow('Roll it back'))).toBe(
              `${onboardingId} is rolled back, and the ticket has been told`,
            );
            expect(await follow('How to know it worked')).toEqual([
              [
                'FAILED Runtime.ImportModuleError',
                ...written('Accepted', 'ProfileReady', 'RolledBack', 'Stopped:0'),
                'ONBOARDING RolledBack',
                ...undoneRows,
              ],
            ]);
            await expectTakenBack(submission);
          });
        },
        patience,
      );
    });

    test.concurrent(
      'waiting.md: the closing was lost',
      async () => {
        const submission = found.waitingInVain;
        await expectLedTo('waiting.md', submission);
        await workOn(submission, 'waiting.md', async ({ follow }, onboardingId) => {
          const task = await ewacsTaskOf(twin, onboardingId);
          const [waiting = [], one = []] = await follow('How to see it');
          expect(waiting.filter((line) => line.endsWith(`Z ONBOARDING#${onboardingId}`))).toHaveLength(1);
          expect(one).toEqual([expect.stringMatching(/ TaskSubmitted$/u), task?.number]);
          expect(lastLine(await follow('The closing was lost'))).toBe(
            `${onboardingId} goes on: its task is closed`,
          );
          await twin.ended(onboardingId);
          expect(await follow('How to know it worked')).toEqual([
            [
              'SUCCEEDED',
              ...wholeRows.slice(0, 3),
              ...written('EwacsAccountConfirmed'),
              ...wholeRows.slice(3, -2),
              'STEP#ewacs-account applied',
              ...wholeRows.slice(-2),
            ],
          ]);
          await expectWhole(submission);
        });
      },
      patience,
    );

    test.concurrent(
      'not-recorded.md: the end is recorded, and the ticket told',
      async () => {
        const submission = found.notRecorded;
        await workOn(submission, 'not-recorded.md', async ({ follow }, onboardingId) => {
          expect(await follow('How to see it')).toEqual([['FAILED RolledBack']]);
          expect(lastLine(await follow('What to do'))).toBe(
            `${onboardingId}: record and ticket say what the execution says`,
          );
          expect(await follow('How to know it worked')).toEqual([
            [...written('RolledBack'), 'ONBOARDING RolledBack'],
          ]);
          await expectTakenBack(submission);
        });
      },
      patience,
    );
  });

  test('every command of every page was followed, but for the set-up on AWS', () => {
    const all = new Set(pages.flatMap(blocksOf).map(({ page, heading }) => `${page} # ${heading}`));
    expect([...followed, 'README.md # On AWS'].toSorted()).toEqual([...all].toSorted());
  });
});
