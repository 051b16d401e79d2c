import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import { startTwinProcess, type TwinProcess } from '../../clients/twin-process.ts';
import { postWebhook } from '../../clients/webhook.ts';
import { eventually } from '../support/eventually.ts';

import { executionArnOf, newSubmission, onboardingIdOf, receipt } from './support/requests.ts';
import { alertsOf, entriesOf } from './support/told.ts';

const root = join(import.meta.dirname, '../..');
const parts = [
  'adapters',
  'core',
  'functions',
  'local',
  'middleware',
  'pages',
  'resources',
  'state-machines',
  'packaging',
  'clients',
  'scripts',
  'catalogue.yml',
  'serverless.yml',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  '.env.example',
];
const refusal = z.object({
  service: z.string(),
  error: z.string(),
  operation: z.string(),
  detail: z.string(),
});
const uses = z.array(z.object({ role: z.string(), action: z.string(), used: z.number() }));

const folder = mkdtempSync(join(tmpdir(), 'sallyport-project-'));
let twin: TwinProcess | undefined;
afterEach(async () => {
  await twin?.stop();
  rmSync(folder, { recursive: true });
});

// Threat T-79
test('a deployment whose cognito-client may not create a client comes to a halt exactly there, and is taken back', async () => {
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  // The packages in `build` are kept by what they are made of, so this one is made again only after a change.
  mkdirSync(join(root, 'build'), { recursive: true });
  for (const part of ['node_modules', 'build']) symlinkSync(join(root, part), join(folder, part));
  const file = join(folder, 'functions/cognito-client/function.yml');
  const packaged = readFileSync(file, 'utf8');
  const without = packaged.replace('cognito-idp:CreateUserPoolClient, ', '');
  expect(without).not.toBe(packaged);
  writeFileSync(file, without);
  twin = await startTwinProcess(
    join(folder, 'data'),
    { SALLYPORT_TIME_SCALE: '40' },
    join(folder, 'local/main.ts'),
  );
  const { urls } = twin;

  const submission = newSubmission('b2b-onboarding');
  expect(await postWebhook(urls.gateway, JSON.stringify(submission))).toEqual(receipt(submission));
  const client = new SFNClient({
    endpoint: urls.aws,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
  });
  const executionArn = executionArnOf(onboardingIdOf(submission));
  const { error } = await eventually(async () => {
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    return described.status === 'RUNNING' ? undefined : described;
  });
  client.destroy();
  expect(error).toBe('RolledBack');
  expect((await entriesOf(urls, submission.number)).work_notes).toEqual([
    'Accepted',
    'ProfileReady',
    'RolledBack',
  ]);
  expect(await alertsOf(urls, onboardingIdOf(submission))).toEqual([
    {
      onboardingId: onboardingIdOf(submission),
      ticketNumber: submission.number,
      status: 'Defect',
      reasons: [
        {
          code: 'Defect',
          sentence:
            'A step failed by a fault of ours: Defect, cognito CreateUserPoolClient: AccessDeniedException',
        },
      ],
    },
  ]);
  const refusals = readFileSync(twin.logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('AccessDenied'))
    .map((line) => refusal.parse(JSON.parse(line)));
  expect(refusals).toEqual([
    {
      service: 'cognito-client',
      error: 'Defect',
      operation: 'CreateUserPoolClient',
      detail: 'AccessDeniedException',
    },
  ]);
  const permissions = uses.parse(await (await fetch(`${urls.gateway}/_twin/permissions`)).json());
  const own = permissions.filter(
    ({ role, action }) => role === 'sallyport-dev-CognitoClientRole' && action.startsWith('cognito-idp:'),
  );
  expect(own.map(({ action, used }) => [action, used])).toEqual([
    ['cognito-idp:ListUserPoolClients', 0],
    ['cognito-idp:DeleteUserPoolClient', 0],
  ]);
});
