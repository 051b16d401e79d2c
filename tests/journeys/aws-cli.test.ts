import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pickUp } from '../../clients/partner.ts';
import { postWebhook } from '../../clients/webhook.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import type { Ran } from '../support/commands.ts';
import { onboard, ticketOf } from './onboarded.ts';
import { awaitsEwacsAccount, ended, endOf, history, tableItems } from './records.ts';
import { requestFor } from './requests.ts';

const stateMachineArn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding';
const byAlias = {
  stateMachineAliasArn: `${stateMachineArn}:live`,
  stateMachineVersionArn: `${stateMachineArn}:1`,
};
const settings = {
  AWS_ACCESS_KEY_ID: 'any',
  AWS_SECRET_ACCESS_KEY: 'any',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_DEFAULT_OUTPUT: 'json',
  AWS_PAGER: '',
};

function aws(...args: readonly string[]): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return new Promise((resolve) => {
    execFile(
      'aws',
      args,
      { env: { ...Object.fromEntries(inherited), ...settings }, maxBuffer: 10_000_000 },
      (error, stdout, stderr) => {
        resolve({
          exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
          stdout,
          stderr: stderr.trim(),
        });
      },
    );
  });
}

/**
 * Uses the real AWS CLI. It must support redrive-execution, which Debian 12's awscli 2.9 does not. Every
 * command takes almost a second.
 */
describe('X-13 the AWS CLI', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await shareTestTwin();
  });
  afterAll(() => twin.stop());

  const toTwin = (...args: readonly string[]): Promise<Ran> => aws('--endpoint-url', twin.urls.aws, ...args);
  const json = async (...args: readonly string[]): Promise<unknown> => {
    const { exitCode, stdout, stderr } = await toTwin(...args);
    expect({ exitCode, stderr }, args.join(' ')).toEqual({ exitCode: 0, stderr: '' });
    return stdout === '' ? undefined : JSON.parse(stdout);
  };

  test('is there: scripts/install-test-tools.sh gets it', async () => {
    expect(await aws('--version')).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^aws-cli\//u) as string,
      stderr: '',
    });
  });

  test('shows an onboarding, its machine, its records and its client', async () => {
    const { onboardingId, executionArn, link, code } = await onboard(twin.urls, requestFor('RITM0081001'));
    const { client_id: clientId } = await pickUp(link, code);
    const [machines, machine, listed, execution, past, items, clients] = await Promise.all([
      json('stepfunctions', 'list-state-machines'),
      json('stepfunctions', 'describe-state-machine', '--state-machine-arn', stateMachineArn),
      json('stepfunctions', 'list-executions', '--state-machine-arn', stateMachineArn),
      json('stepfunctions', 'describe-execution', '--execution-arn', executionArn),
      json('stepfunctions', 'get-execution-history', '--execution-arn', executionArn),
      json('dynamodb', 'scan', '--table-name', 'sallyport-dev'),
      json('cognito-idp', 'list-user-pool-clients', '--user-pool-id', 'eu-west-1_sallyport'),
    ]);

    expect(machines).toEqual({
      stateMachines: [
        {
          stateMachineArn,
          name: 'sallyport-dev-onboarding',
          type: 'STANDARD',
          creationDate: expect.anything() as unknown,
        },
      ],
    });
    expect(machine).toEqual({
      stateMachineArn,
      name: 'sallyport-dev-onboarding',
      status: 'ACTIVE',
      type: 'STANDARD',
      roleArn: expect.stringMatching(/^arn:aws:iam::/u) as string,
      definition: expect.any(String) as string,
      creationDate: expect.any(Number) as number,
      revisionId: expect.any(String) as string,
      loggingConfiguration: { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: { enabled: false },
      encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
    });
    const { definition } = machine as { readonly definition: string };
    expect((JSON.parse(definition) as { readonly StartAt: unknown }).StartAt).toBe('RequestIntake');
    expect(definition).not.toContain('${');
    const { executions } = listed as { readonly executions: readonly { readonly executionArn: string }[] };
    expect(executions.filter((each) => each.executionArn === executionArn)).toEqual([
      {
        executionArn,
        stateMachineArn,
        ...byAlias,
        name: onboardingId,
        status: 'SUCCEEDED',
        startDate: expect.anything() as unknown,
        stopDate: expect.anything() as unknown,
        redriveCount: 0,
      },
    ]);
    expect(execution).toEqual({
      executionArn,
      stateMachineArn,
      ...byAlias,
      name: onboardingId,
      status: 'SUCCEEDED',
      startDate: expect.any(Number) as number,
      stopDate: expect.any(Number) as number,
      input: JSON.stringify({ onboardingId, ticketNumber: 'RITM0081001' }),
      inputDetails: { included: true },
      output: expect.any(String) as string,
      outputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });

    const { events } = past as {
      readonly events: readonly {
        readonly id: number;
        readonly previousEventId: number;
        readonly type: string;
      }[];
    };
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    // As on AWS, the entry into the first state has no previous event.
    expect(events.map(({ previousEventId }) => previousEventId)).toEqual([
      0,
      0,
      ...events.slice(2).map((_, index) => index + 2),
    ]);
    expect(events.map(({ type }) => type)).toEqual(typesOfARunWithoutTrouble);
    expect((items as { readonly Count: number }).Count).toBe((await tableItems(twin.urls)).length);
    const { UserPoolClients: listedClients } = clients as {
      readonly UserPoolClients: readonly { readonly ClientName: string }[];
    };
    expect(listedClients.filter(({ ClientName }) => ClientName === onboardingId)).toEqual([
      { ClientId: clientId, UserPoolId: 'eu-west-1_sallyport', ClientName: onboardingId },
    ]);
  });

  test('stops and redrives an onboarding, and sends what its task waits for', async () => {
    const { body } = await postWebhook(
      twin.urls.gateway,
      JSON.stringify(requestFor('RITM0081002', { ewacs_account_created: 'false' })),
    );
    const executionArn = String(body['executionArn']);
    await awaitsEwacsAccount(twin.urls, executionArn);

    expect(
      await json(
        'stepfunctions',
        'stop-execution',
        '--execution-arn',
        executionArn,
        '--error',
        'Operator',
        '--cause',
        'by hand',
      ),
    ).toEqual({ stopDate: expect.anything() as unknown });
    expect(await endOf(twin.urls, executionArn)).toEqual({
      status: 'ABORTED',
      error: 'Operator',
      cause: 'by hand',
    });
    expect(await json('stepfunctions', 'redrive-execution', '--execution-arn', executionArn)).toEqual({
      redriveDate: expect.anything() as unknown,
    });
    const tokens = (await history(twin.urls, executionArn)).flatMap(
      ({ taskScheduledEventDetails }) =>
        /"taskToken":"([^"]+)"/u.exec(taskScheduledEventDetails?.parameters ?? '')?.[1] ?? [],
    );
    expect(new Set(tokens).size).toBe(2);
    expect(
      await json(
        'stepfunctions',
        'send-task-success',
        '--task-token',
        tokens.at(-1) ?? '',
        '--task-output',
        '{}',
      ),
    ).toBeUndefined();
    const { status, redriveCount } = await ended(twin.urls, executionArn);
    expect([status, redriveCount]).toEqual(['SUCCEEDED', 1]);
    expect((await ticketOf(twin.urls, 'RITM0081002')).state).toBe('3');
  });

  test('is told which operation is not there, as AWS would', async () => {
    const { exitCode, stdout, stderr } = await toTwin(
      'cognito-idp',
      'list-groups',
      '--user-pool-id',
      'eu-west-1_sallyport',
    );
    expect({ failed: exitCode !== 0, stdout, stderr }).toEqual({
      failed: true,
      stdout: '',
      stderr:
        'An error occurred (UnknownOperationException) when calling the ListGroups operation: cognito ListGroups is not among the operations that this twin of AWS offers.',
    });
  });
});

const task = ['TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited'];
const choice = ['ChoiceStateEntered', 'ChoiceStateExited'];
const typesOfARunWithoutTrouble = [
  'ExecutionStarted',
  ...task,
  ...task,
  ...choice,
  ...task,
  ...task,
  ...choice,
  ...task,
  ...task,
  ...task,
  ...task,
  ...task,
  'SucceedStateEntered',
  'SucceedStateExited',
  'ExecutionSucceeded',
];
