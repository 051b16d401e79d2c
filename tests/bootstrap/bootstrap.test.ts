import { CreateApiKeyCommand, GetApiKeysCommand } from '@aws-sdk/client-api-gateway';
import { DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { ListUserPoolsCommand } from '@aws-sdk/client-cognito-identity-provider';
import { CreateTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { GetSecretValueCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { CreateEmailIdentityCommand, GetEmailIdentityCommand } from '@aws-sdk/client-sesv2';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type BootstrapAwsClients, createAwsClients, unlessMissing } from '../../scripts/bootstrap/aws.ts';
import { startTwinProcess, type TwinProcess } from '../../clients/twin-process.ts';
import { type AwsServer, credentialsFor, startAwsServer } from '../support/aws-server.ts';
import { run as runScript, type Ran } from '../support/commands.ts';
import { mailDomains } from '../../resources/mail-identities.ts';
import { shippedCatalogue } from '../support/shipped-catalogue.ts';

/**
 * One stage from an empty account to a protected deployment that has proved itself, and back, as an operator goes: on
 * moto, with the Okta and the ServiceNow of a twin. Each test goes on with what the one before it has left.
 */
const inside = '203.0.113.10';
const ticket = 'RITM0010001';

let aws: AwsServer;
let vendors: TwinProcess;
let clients: BootstrapAwsClients;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bootstrap-'));
const paramsFile = join(folder, 'bootstrap.uat.yml');

beforeAll(async () => {
  [aws, vendors] = await Promise.all([startAwsServer(inside), startTwinProcess(join(folder, 'vendors'))]);
  Object.assign(process.env, credentialsFor(aws));
  clients = createAwsClients('eu-west-1');
  await fetch(`${vendors.urls.servicenow}/api/now/table/sc_req_item`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('admin:admin')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ number: ticket, sys_id: '0123456789abcdef0123456789abcdef' }),
  });
});
afterAll(async () => {
  await Promise.all([vendors.stop(), aws.stop()]);
  rmSync(folder, { recursive: true });
});

const knownIdentities = z.looseObject({ servicenowClientId: z.string(), servicenowClientSecret: z.string() });
async function params(
  changed: { readonly callsFrom?: string; readonly account?: string; readonly clientSecret?: string } = {},
): Promise<void> {
  const { callsFrom = inside, account = '123456789012', clientSecret } = changed;
  const known = knownIdentities.parse(await (await fetch(`${vendors.urls.gateway}/_twin/identities`)).json());
  writeFileSync(
    paramsFile,
    JSON.stringify({
      stage: 'uat',
      account,
      region: 'eu-west-1',
      operatorsMailbox: 'operators@company.example',
      okta: {
        url: vendors.urls.okta,
        clientId: 'sallyport',
        readerClientId: 'sallyport-reader',
        loginClientId: 'sallyport-login',
      },
      servicenow: {
        url: vendors.urls.servicenow,
        clientId: known.servicenowClientId,
        clientSecret: clientSecret ?? known.servicenowClientSecret,
      },
      domain: {
        name: 'partners.company.com',
        hostedZoneId: 'Z0123456789ABCDEFGHIJ',
        certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000000',
      },
      smokeTest: { ticket, product: 'credit-reports', region: 'US', callsFrom },
      serverless: { publicUrl: aws.apiUrl, deploymentType: 'ALL_AT_ONCE' },
    }),
  );
}
const bootstrap = (...flags: readonly string[]): Promise<Ran> =>
  runScript('scripts/bootstrap.ts', ['--stage', 'uat', '--params', paramsFile, ...flags], {
    environment: credentialsFor(aws),
  });
const teardown = (stage: string, input: string, ...flags: readonly string[]): Promise<Ran> =>
  runScript('scripts/teardown.ts', ['--stage', stage, ...flags], { environment: credentialsFor(aws), input });

/** The lines of a step, without their marks' indentation. */
const linesOf = ({ stdout }: Ran, step: string): readonly string[] =>
  stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => new RegExp(`^\\S ${step}: `, 'u').test(line));

/** The domains that the brands send mails from. */
const domains = mailDomains(shippedCatalogue);
const [domain = ''] = domains;

const nothing = { stacks: [], tables: [], secrets: [], pools: [], keys: [], apiKeys: [], identities: [] };
async function everything() {
  const { Stacks = [] } = await clients.cloudFormation.send(new DescribeStacksCommand({}));
  const { Keys = [] } = await clients.kms.send(new ListKeysCommand({}));
  const keys = await Promise.all(
    Keys.map(async ({ KeyId }) => (await clients.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata),
  );
  const identities = await Promise.all(
    domains.map((domain) =>
      unlessMissing(clients.ses.send(new GetEmailIdentityCommand({ EmailIdentity: domain }))),
    ),
  );
  return {
    stacks: Stacks.map(({ StackName }) => StackName).filter((name) => name !== 'api-gateway-logs'),
    tables: (await clients.dynamoDb.send(new ListTablesCommand({}))).TableNames ?? [],
    secrets:
      (await clients.secrets.send(new ListSecretsCommand({}))).SecretList?.map(({ Name }) => Name) ?? [],
    pools:
      (await clients.cognito.send(new ListUserPoolsCommand({ MaxResults: 60 }))).UserPools?.map(
        ({ Name }) => Name,
      ) ?? [],
    keys: keys
      .filter((key) => key?.KeyState === 'Enabled' && key.KeyManager === 'CUSTOMER')
      .map((key) => key?.Description),
    apiKeys: (await clients.apiGateway.send(new GetApiKeysCommand({}))).items?.map(({ name }) => name) ?? [],
    identities: identities.flatMap((identity) => (identity === undefined ? [] : [identity.IdentityType])),
  };
}

describe('X-15 bootstrap of an empty account', () => {
  test('says in a dry run what it would do, and does none of it', async () => {
    await params();
    const ran = await bootstrap('--dry-run');
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const planned = ran.stdout
      .slice(ran.stdout.indexOf('This would be done'))
      .split('\n')
      .map((line) => line.trim());
    expect(planned).toEqual([
      'This would be done, in this order:',
      'log-role: create the stack api-gateway-logs from resources/account/api-gateway-logs.yml: the role by which API Gateway writes its logs',
      'secrets: create the secret sallyport-uat/webhook with a new servicenowWebhookSecret',
      'secrets: create the secret sallyport-uat/servicenow with the given servicenowClientSecret',
      'secrets: create the secret sallyport-uat/okta-events with a new oktaEventSecret',
      'secrets: create the secret sallyport-uat/okta-manager with a new oktaPrivateKey',
      'secrets: create the secret sallyport-uat/okta-reader with a new oktaReaderKey',
      'secrets: create the secret sallyport-uat/okta-login with a new oktaLoginKey',
      'deploy: create the stack sallyport-uat, without protection until the smoke test has passed',
      'hand-over: say what to enter in Okta, in the DNS and in ServiceNow, and look whether it is there',
      `smoke-test: onboard a partner that nobody is, for credit-reports at ticket ${ticket}; pick up, get a token, call, be refused; remove everything again`,
      'protect: deploy sallyport-uat once more, with its table and user pools protected from deletion',
      '',
      'Nothing was changed.',
      '',
    ]);
    expect(await everything()).toEqual(nothing);
  });

  test('touches nothing in another account than the parameters name', async () => {
    await params({ account: '999999999999' });
    const ran = await bootstrap();
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain(
      '  ✗ account: The credentials belong to account 123456789012 (arn:aws:sts::123456789012:user/moto), but the parameter account is 999999999999.\n' +
        '      Log in to the account that the parameter names, or correct the parameter.\n\nNothing was changed. This step has to be put right first: account.\n',
    );
    expect(await everything()).toEqual(nothing);
  });

  test('names every problem that it sees at once: a wrong password, leftovers, paused mail', async () => {
    await params({ clientSecret: 'wrong' });
    await aws.settings({ sending: false, concurrency: 10 });
    await clients.dynamoDb.send(
      new CreateTableCommand({
        TableName: 'sallyport-uat',
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    const ran = await bootstrap();
    expect(ran.exitCode).toBe(1);
    expect(linesOf(ran, 'servicenow')).toEqual(['✗ servicenow: servicenow Token: HTTP 401 server_error']);
    expect(ran.stdout).toContain('Check servicenow.clientId and its secret; docs/deploy.md has the set-up.');
    expect(linesOf(ran, 'leftovers')).toEqual([
      '✓ leftovers: no stack sallyport-uat yet',
      '✗ leftovers: Left by an earlier stack, and in the way of the next: table sallyport-uat.',
    ]);
    expect(ran.stdout).toContain('Look at them; if nobody needs them: npm run teardown -- --stage uat');
    expect(linesOf(ran, 'mail')).toEqual([
      '✗ mail: SES does not send for this account and Region: sending is paused.',
    ]);
    expect(linesOf(ran, 'concurrency')).toEqual([
      '✓ concurrency: Lambda runs up to 10 functions at once in this account and Region',
      '! concurrency: 10 at once is enough to try Sallyport, not to run it. Ask for 1,000 in Service Quotas: AWS Lambda, Concurrent executions (L-B99A9384).',
    ]);
    expect(ran.stdout).toContain(
      '\nNothing was changed. These steps have to be put right first: mail, leftovers, servicenow.\n',
    );
    expect((await everything()).secrets).toEqual([]);
    await aws.settings({ sending: true, concurrency: 1000 });
  });

  test('leaves the removal of a stage that is no playground to somebody who types its name', async () => {
    expect(await teardown('uat', 'yes\n')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('Nothing was removed.') as string,
    });
    expect(await teardown('uat', '')).toMatchObject({ exitCode: 1 });
    expect((await everything()).tables).toEqual(['sallyport-uat']);
    expect(await teardown('uat', 'uat\n')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('✓ removed: table sallyport-uat') as string,
    });
    expect(await everything()).toEqual(nothing);
  });

  test('deploys, and hands over what others have to enter: keys for Okta, records for the DNS', async () => {
    await params();
    await aws.settings({ verified: false });
    // A domain of another Region does not count here.
    await clients.sesIn('eu-central-1').send(new CreateEmailIdentityCommand({ EmailIdentity: domain }));
    const ran = await bootstrap();
    expect(ran).toMatchObject({ exitCode: 2, stderr: '' });
    expect(linesOf(ran, 'mail')).toContain(
      `! mail: ${domain} is an identity of SES in eu-central-1, which does not count in eu-west-1.`,
    );
    expect(linesOf(ran, 'deploy').at(-1)).toBe('✓ deploy: the stack sallyport-uat is deployed');

    const handedOver = ran.stdout.slice(ran.stdout.indexOf('… hand-over:'));
    for (const [name, member] of [
      ['okta-manager', 'oktaPrivateKey'],
      ['okta-reader', 'oktaReaderKey'],
      ['okta-login', 'oktaLoginKey'],
    ] as const) {
      const { kty, n, e, kid } = await keyIn(`sallyport-uat/${name}`, member);
      expect(handedOver).toContain(JSON.stringify({ kty, n, e, kid, use: 'sig', alg: 'RS256' }));
    }
    expect(handedOver).toContain(
      [
        `${domain} is not verified. Whoever edits its DNS enters these records; SES looks for them every few minutes:`,
        `one._domainkey.${domain}  CNAME  one.dkim.amazonses.com`,
      ].join('\n      '),
    );
    expect(ran.stdout).toContain('\nEverything before the step hand-over is done.');
    expect(ran.stdout).not.toContain('"d":');
    expect(await protection()).toEqual([false, 'INACTIVE', 'INACTIVE']);
  });

  test('tells which call of the smoke test failed and why, and has undone it all the same', async () => {
    await registerKeys();
    await aws.settings({ verified: true });
    await params({ callsFrom: '198.51.100.7' });
    const ran = await bootstrap();
    expect(ran.exitCode).toBe(1);
    expect(linesOf(ran, 'smoke-test').at(-1)).toBe(
      '✗ smoke-test: GET /apis/credit-reports/reports was refused: 403 address_not_allowed.',
    );
    expect(ran.stdout).toContain('Enter the address that this machine calls from as smokeTest.callsFrom.');
    expect(ran.stdout).toContain(
      `undone: of ${ticket}-b2b-onboarding-UAT-1 there is no user, no client and no API key`,
    );
    expect(ran.stdout).toContain(
      '\nThe step smoke-test failed. Steps before it are done and stay; the same command goes on from here.\n',
    );
  });

  test('goes on from there: proves one whole onboarding, undoes it, and protects the stage', async () => {
    await params();
    const ran = await bootstrap();
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const proof = ran.stdout
      .slice(ran.stdout.indexOf('→ smoke-test'))
      .split('\n')
      .map((line) => line.trim());
    expect(proof.slice(1, 9)).toEqual([
      'the signed webhook is taken',
      `the onboarding ${ticket}-b2b-onboarding-UAT-2 is done`,
      'the code is in the ticket',
      expect.stringMatching(/^picked up, once: client \w+$/u),
      `${aws.apiUrl}/oauth2/token gave a token`,
      'GET /apis/credit-reports/reports is let through, and its backend answered 200',
      'calls that are not allowed are refused',
      `undone: of ${ticket}-b2b-onboarding-UAT-2 there is no user, no client and no API key`,
    ]);
    expect(linesOf(ran, 'protect').at(-1)).toBe(
      '✓ protect: table and user pools are protected from deletion',
    );
    expect(await protection()).toEqual([true, 'ACTIVE', 'ACTIVE']);
    expect(await everything()).toMatchObject({ apiKeys: [] });
  });
});

describe('X-15 teardown', () => {
  test('removes all of a protected stage, API keys included, and nothing of anybody else', async () => {
    for (const name of ['RITM0010009-api-client-UAT-1', 'RITM0010009-api-client-DEV-1', 'somebody-else']) {
      await clients.apiGateway.send(new CreateApiKeyCommand({ name, enabled: true }));
    }
    const ran = await teardown('uat', 'uat\n');
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await everything()).toEqual({
      ...nothing,
      apiKeys: ['RITM0010009-api-client-DEV-1', 'somebody-else'],
    });
    expect(await teardown('uat', '')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Nothing of sallyport-uat is here.') as string,
    });
  });
});

const protectable = z.object({
  Properties: z.looseObject({
    DeletionProtectionEnabled: z.boolean().optional(),
    DeletionProtection: z.string().optional(),
  }),
});
const deployed = z.object({
  Resources: z.object({ Table: protectable, UserPool: protectable, OperatorPool: protectable }),
});
/** As the template has it that was deployed last: moto's CloudFormation leaves the table as it was. */
async function protection() {
  const { TemplateBody = '' } = await clients.cloudFormation.send(
    new GetTemplateCommand({ StackName: 'sallyport-uat' }),
  );
  const { Table, UserPool, OperatorPool } = deployed.parse(JSON.parse(TemplateBody)).Resources;
  return [
    Table.Properties.DeletionProtectionEnabled,
    UserPool.Properties.DeletionProtection,
    OperatorPool.Properties.DeletionProtection,
  ];
}

const keys = z.record(z.string(), z.string());
const jwk = z.looseObject({ kty: z.string(), n: z.string(), e: z.string(), kid: z.string() });
async function keyIn(id: string, member: string) {
  const { SecretString = '' } = await clients.secrets.send(new GetSecretValueCommand({ SecretId: id }));
  return jwk.parse(JSON.parse(keys.parse(JSON.parse(SecretString))[member] ?? '{}'));
}

/** What Okta's administrator does with the printed keys. The twin takes private keys for their public halves, too. */
async function registerKeys(): Promise<void> {
  const body = {
    oktaPrivateKey: await keyIn('sallyport-uat/okta-manager', 'oktaPrivateKey'),
    oktaReaderKey: await keyIn('sallyport-uat/okta-reader', 'oktaReaderKey'),
    oktaLoginKey: await keyIn('sallyport-uat/okta-login', 'oktaLoginKey'),
  };
  const answer = await fetch(`${vendors.urls.gateway}/_twin/identities`, {
    method: 'PUT',
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`the twin answered ${answer.status}`);
}
