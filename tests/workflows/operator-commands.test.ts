import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { shippedCatalogue } from '../support/shipped-catalogue.ts';
import { type Ran, run } from '../support/commands.ts';
import { eventually } from '../support/eventually.ts';
import { rejectedEnd } from './support/ends.ts';
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
    const { status } = await twin.ended(onboardingId);
    expect(status).toBe('ABORTED');
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
    expect(await operator('rollback')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('usage: npm run rollback -- ONBOARDING') as unknown,
    });
    expect(await operator('rollback', 'RITM0999999-b2b-onboarding-DEV-1')).toEqual({
      exitCode: 1,
      stdout: `twin at ${twin.urls.gateway}\n`,
      stderr: expect.stringContaining(
        '✗ There is no onboarding RITM0999999-b2b-onboarding-DEV-1. List what there is: npm run show\n',
      ) as unknown,
    });
  });
});

describe('X-4 npm run rollback that cannot finish', () => {
  test('names what is left, why, and what to do', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    const during = { event: { onboardingId } };
    await twin.addFaults({ service: 'lambda', operation: 'credential-delivery', mode: 'hang', during });
    await twin.post(submission);
    await eventually(async () => (await twin.stateOf(onboardingId)) === 'CredentialDelivery' || undefined);
    await twin.aws.stepFunctions.send(
      new StopExecutionCommand({ executionArn: executionArnOf(onboardingId) }),
    );
    await twin.ended(onboardingId);
    await twin.clearFaults();
    await twin.addFaults({
      service: 'cognito',
      operation: 'DeleteUserPoolClient',
      mode: 'reject',
      times: 9,
      during,
    });
    const { exitCode, stderr } = await operator('rollback', onboardingId);
    expect({ exitCode, lines: stderr.split('\n') }).toEqual({
      exitCode: 1,
      lines: [
        `✗ ${onboardingId} is not rolled back completely: sallyport finish-rollback: cognito-client`,
        expect.stringMatching(/^ {2}cognito-client is not undone: cognito DeleteUserPoolClient: /u),
        '  What each step may have left, and where: docs/runbooks/rollback-incomplete.md',
        `  Next: remove the cause, then repeat: npm run rollback -- ${onboardingId}`,
        '',
      ],
    });

    await twin.clearFaults();
    await twin.addFaults({
      service: 'servicenow',
      operation: 'UpdateRecord',
      mode: 'reject',
      times: 9,
      during,
    });
    expect((await operator('rollback', onboardingId)).stderr.split('\n')).toEqual([
      expect.stringContaining(`✗ ${onboardingId} is rolled back, and its ticket was not told: servicenow `),
      `  Next: npm run reconcile -- ${onboardingId} (docs/runbooks/not-recorded.md)`,
      '',
    ]);
    await twin.clearFaults();
    expect(await operator('reconcile', onboardingId)).toMatchObject({ exitCode: 0 });
    const { comments } = await entriesOf(twin.urls, submission.number);
    expect(comments.at(-1)).toBe('RolledBack');
  });
});

describe('X-4 an execution that Step Functions has forgotten', () => {
  test('is rolled back by its records, and then tried again by them', async () => {
    const submission = newSubmission('b2b-onboarding');
    const known = onboardingIdOf(submission);
    await twin.addFaults({
      service: 'lambda',
      operation: 'okta-profile',
      mode: 'hang',
      during: { event: { onboardingId: known } },
    });
    await twin.post(submission);
    await eventually(async () => (await twin.stateOf(known)) === 'OktaProfile' || undefined);
    await twin.aws.stepFunctions.send(new StopExecutionCommand({ executionArn: executionArnOf(known) }));
    await twin.ended(known);
    await twin.clearFaults();
    const { Item = {} } = await twin.aws.dynamoDb.send(
      new GetItemCommand({
        TableName: 'sallyport-dev',
        ConsistentRead: true,
        Key: { pk: { S: `ONBOARDING#${known}` }, sk: { S: 'ONBOARDING' } },
      }),
    );
    const forgotten = onboardingIdOf(submission, 9);
    const record = {
      ...Item,
      pk: { S: `ONBOARDING#${forgotten}` },
      onboardingId: { S: forgotten },
      status: { S: 'Stopped' },
    };
    await twin.aws.dynamoDb.send(new PutItemCommand({ TableName: 'sallyport-dev', Item: record }));

    expect((await operator('redrive', forgotten)).stderr).toBe(
      `✗ ${forgotten} is Stopped, and Step Functions no longer knows its execution: it forgets one 90 days after its end.\n` +
        `  What to do: npm run show -- ${forgotten}\n`,
    );
    expect(await operator('rollback', forgotten)).toEqual({
      exitCode: 0,
      stdout: `twin at ${twin.urls.gateway}\n${forgotten} is rolled back, and the ticket has been told\n`,
      stderr: '',
    });
    // There is a later attempt, because the record was written by this test.
    expect((await operator('redrive', forgotten)).stderr).toBe(
      `✗ sallyport Redrive: a later attempt has begun: ${known}\n`,
    );
  });
});

describe('X-4 a ticket that is recorded and not started', () => {
  test('every command says so, and what to do', async () => {
    const submission = newSubmission('b2b-onboarding');
    const onboardingId = onboardingIdOf(submission);
    await twin.addFaults({
      service: 'stepfunctions',
      operation: 'StartExecution',
      mode: 'reject',
      times: 999,
    });
    expect((await twin.post(submission)).status).toBeGreaterThanOrEqual(500);
    for (const name of ['redrive', 'rollback', 'reconcile', 'relink']) {
      expect(await operator(name, submission.number)).toEqual({
        exitCode: 1,
        stdout: `twin at ${twin.urls.gateway}\n`,
        stderr: expect.stringMatching(
          new RegExp(
            `^✗ ${onboardingId} was recorded at \\d{4}-[^ ]+Z and has not started: there is nothing to do on it yet\\.\n` +
              ' {2}The sweep starts it within five minutes\\. If it does not: docs/runbooks/not-started\\.md\n$',
            'u',
          ),
        ) as unknown,
      });
    }
  });
});

describe('X-4 npm run relink', () => {
  test('says what has no link, and why', async () => {
    const profile = newSubmission('b2b-user');
    await twin.onboard(profile);
    expect((await operator('relink', profile.number)).stderr).toBe(
      `✗ ${onboardingIdOf(profile)} has no pick-up link: its request was for a profile alone, which has no credentials.\n`,
    );
    const refused = newSubmission('api-client');
    await twin.onboard(refused);
    expect((await operator('relink', refused.number)).stderr).toBe(
      `✗ ${onboardingIdOf(refused)} is Rejected, and only an onboarding that is Done has credentials to pick up.\n` +
        `  What to do: npm run show -- ${onboardingIdOf(refused)}\n`,
    );
  });
});

describe('X-4 npm run redrive', () => {
  const rejected = async (): Promise<Submission> => {
    const submission = newSubmission('api-client');
    expect(await twin.onboard(submission)).toEqual(rejectedEnd(submission));
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
    expect(await entriesOf(twin.urls, submission.number)).toEqual({
      state: '3',
      work_notes: ['Rejected', 'Accepted', 'ClientReady', 'Done'],
      comments: ['Rejected', 'Accepted', 'code-1', 'Done'],
    });
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
    expect({ exitCode, lines: stderr.split('\n') }).toEqual({
      exitCode: 1,
      lines: [
        `✗ ${join(folder, 'worse.json')} breaks these rules, so nothing was started:`,
        `  /variables/region (unknown_region): It is "MARS". Allowed: One of: ${Object.keys(shippedCatalogue.regions).join(', ')}.`,
        expect.stringMatching(
          /^ {2}\/variables\/ip_addresses \(ip_too_wide\): It is "0\.0\.0\.0\/0"\. Allowed: /u,
        ),
        '  Correct the file, then run the command again. events/schemas/sc_req_item.submitted.v1.json describes it.',
        '',
      ],
    });
    expect(
      await operator(
        'redrive',
        onboardingIdOf(submission),
        '--input',
        file('other.json', newSubmission('api-client')),
      ),
    ).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`belongs to ticket ${submission.number}. Give a request`) as unknown,
    });
    const refusedAs = async (content: object): Promise<string> =>
      (await operator('redrive', onboardingIdOf(submission), '--input', file('no-request.json', content)))
        .stderr;
    expect(await refusedAs({ type: 'sc_task.closed', number: 'SCTASK1' })).toContain(
      'no-request.json is no request: its type is "sc_task.closed". Allowed: "sc_req_item.submitted".\n',
    );
    expect(await refusedAs([])).toContain(
      '  / (malformed): Allowed: One JSON object whose type is sc_req_item.submitted.\n',
    );
    expect(await operator('redrive', onboardingIdOf(submission))).toEqual({
      exitCode: 1,
      stderr: '',
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
