import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Ran, run } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { type OnboardingTwin, shareOnboardingTwin } from './support/onboarding-twin.ts';
import { executionArnOf, newSubmission, onboardingIdOf, type Submission } from './support/requests.ts';
import { nothing, thingsOf } from './support/things.ts';
import { entriesOf } from './support/told.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-operator-'));
let twin: OnboardingTwin;
beforeAll(async () => {
  twin = await shareOnboardingTwin({ timeScale: 40 });
});
afterEach(() => twin.clearFaults());
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await twin.stop();
});

const operator = (script: string, ...args: readonly string[]): Promise<Ran> =>
  run(`scripts/${script}.ts`, args, { environment: { SALLYPORT_PORT: new URL(twin.urls.gateway).port } });
const file = (name: string, content: object): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
};

describe('X-4 an execution that is stopped by hand', () => {
  /** Stops an execution in a state in which its function hangs. */
  async function stoppedAt(
    state: string,
    hanging: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Submission> {
    const submission = newSubmission('b2b-onboarding', variables);
    const onboardingId = onboardingIdOf(submission);
    if (hanging !== '') {
      const during = { event: { onboardingId } };
      await twin.addFaults({ service: 'lambda', operation: hanging, mode: 'hang', during });
    }
    await twin.post(submission);
    await eventually(async () => (await twin.stateOf(onboardingId)) === state || undefined);
    await twin.aws.stepFunctions.send(
      new StopExecutionCommand({ executionArn: executionArnOf(onboardingId) }),
    );
    expect(await twin.ended(onboardingId)).toMatchObject({ status: 'ABORTED' });
    await twin.clearFaults();
    return submission;
  }

  // Failure F-43
  test.each([
    ['OktaProfile', 'okta-profile', {}],
    ['CognitoClient', 'cognito-client', {}],
    ['GatewayMapping', 'gateway-mapping', {}],
    ['CredentialDelivery', 'credential-delivery', {}],
    ['AwaitEwacsAccount', '', { ewacs_account_created: 'false' }],
  ])('in %s is taken back by npm run rollback, and the ticket is told', async (state, hanging, variables) => {
    const submission = await stoppedAt(state, hanging, variables);
    const onboardingId = onboardingIdOf(submission);
    expect(await operator('rollback', onboardingId)).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(
        new RegExp(
          `^twin at .*\n(?:waiting 1 s: .*\n)?${onboardingId} is rolled back, and the ticket has been told\n$`,
        ),
      ) as unknown,
      stderr: '',
    });
    expect(await thingsOf(twin, onboardingId)).toEqual(nothing);
    const { state: ticketState, comments } = await entriesOf(twin.urls, submission.number);
    expect({ ticketState, last: comments.at(-1) }).toEqual({ ticketState: '4', last: 'RolledBack' });
  });

  test('and taken back can be tried again', async () => {
    const onboardingId = onboardingIdOf(await stoppedAt('CognitoClient', 'cognito-client'));
    await operator('rollback', onboardingId);
    const { exitCode, stdout, stderr } = await operator('redrive', onboardingId);
    expect({ exitCode, stderr, second: stdout.split('\n')[1] }).toEqual({
      exitCode: 0,
      stderr: '',
      second: `${onboardingId.slice(0, -1)}2 is a new attempt`,
    });
  });
});

describe('X-4 npm run rollback', () => {
  test('leaves alone what is not stopped', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    await twin.onboard(submission);
    const whole = await thingsOf(twin, onboardingId);
    expect(await operator('rollback', onboardingId)).toEqual({
      exitCode: 1,
      stdout: `twin at ${twin.urls.gateway}\n`,
      stderr:
        '✗ The execution is SUCCEEDED. This command rolls back only what was stopped, timed out, or could not be rolled back.\n',
    });
    expect(await thingsOf(twin, onboardingId)).toEqual(whole);
  });

  test('says how it is used, and that nobody knows the onboarding', async () => {
    expect(await operator('rollback')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('usage: npm run rollback -- ONBOARDING') as unknown,
    });
    expect(await operator('rollback', 'RITM0999999-b2b-onboarding-DEV-1')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('There is no execution with this name.') as unknown,
    });
  });
});

describe('X-4 npm run redrive', () => {
  const rejected = async (): Promise<Submission> => {
    const submission = newSubmission('api-client');
    expect(await twin.onboard(submission)).toMatchObject({ error: 'Rejected' });
    return submission;
  };

  test('is a new attempt with a mended input, which ends Done', async () => {
    const profile = newSubmission('b2b-user');
    await twin.onboard(profile);
    const submission = await rejected();
    const { user_id = '', company = '' } = profile.variables;
    const mended = { ...submission, variables: { ...submission.variables, user_id, company } };
    const { exitCode, stdout, stderr } = await operator(
      'redrive',
      onboardingIdOf(submission),
      '--input',
      file('mended.json', mended),
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n').filter((line) => !line.startsWith('  '))).toEqual([
      `twin at ${twin.urls.gateway}`,
      `${onboardingIdOf(submission).slice(0, -1)}2 is a new attempt`,
      'SUCCEEDED',
      '',
    ]);
    expect(await entriesOf(twin.urls, submission.number)).toMatchObject({ state: '3' });
  });

  test('refuses a mended input in the words of the webhook, and begins nothing', async () => {
    const submission = await rejected();
    const worse = {
      ...submission,
      variables: { ...submission.variables, region: 'MARS', ip_addresses: '0.0.0.0/0' },
    };
    const { exitCode, stderr } = await operator(
      'redrive',
      onboardingIdOf(submission),
      '--input',
      file('worse.json', worse),
    );
    expect({
      exitCode,
      paths: [...stderr.matchAll(/^ {2}(\S+) \((\w+)\)/gmu)].map(
        ([, path, code]) => `${String(path)} ${String(code)}`,
      ),
    }).toEqual({
      exitCode: 1,
      paths: ['/variables/region unknown_region', '/variables/ip_addresses ip_too_wide'],
    });
    expect(await operator('redrive', onboardingIdOf(submission))).toMatchObject({
      stdout: expect.stringContaining('DEV-2 is a new attempt') as unknown,
    });
  });

  test('is refused for what is done', async () => {
    const submission = newSubmission('b2b-user');
    await twin.onboard(submission);
    expect(await operator('redrive', onboardingIdOf(submission))).toEqual({
      exitCode: 1,
      stdout: `twin at ${twin.urls.gateway}\n`,
      stderr: `✗ ${onboardingIdOf(submission)} is Done: there is nothing to redrive\n`,
    });
  });
});
