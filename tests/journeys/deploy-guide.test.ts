import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { createWebhookSecret } from '../../adapters/servicenow/webhook-signature.ts';
import { createAssertionSigner } from '../../adapters/okta/assertion-signer.ts';
import { createServiceNowCredentials } from '../../adapters/servicenow/credentials.ts';
import { webhookSecret } from '../../scripts/webhook.ts';
import { codesIn, tablesIn } from '../infra/markdown-table.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';

const root = new URL('../../', import.meta.url).pathname;
const guide = readFileSync(join(root, 'docs/deploy.md'), 'utf8');

/** The fenced blocks of a step, in their order. */
function blocksOf(heading: string): readonly string[] {
  const step = guide.split(/^## /mu).find((each) => each.startsWith(heading)) ?? '';
  return [...step.matchAll(/^```\w*\n([^]*?)^```$/gmu)].map(([, block = '']) => block);
}

const bash = (script: string, cwd: string, env: Readonly<Record<string, string>>) =>
  promisify(execFile)('bash', ['-euc', script], { cwd, env: { PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`, ...env } });

const rowsUnder = (heading: string, column: string) =>
  tablesIn(guide).filter(({ headings, columns }) => headings.at(-1) === heading && columns[0] === column).flatMap(({ rows }) => rows);

describe('docs/deploy.md', () => {
  let twin: TestTwin;
  let folder: string;
  let cli: Readonly<Record<string, string>>;
  beforeAll(async () => {
    [twin, folder] = await Promise.all([startTestTwin(), mkdtemp(join(tmpdir(), 'sallyport-guide-'))]);
    cli = {
      AWS_ENDPOINT_URL: twin.urls.aws, AWS_DEFAULT_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any',
      AWS_DEFAULT_OUTPUT: 'json', AWS_PAGER: '',
    };
  });
  afterAll(async () => {
    await Promise.all([twin.stop(), rm(folder, { recursive: true })]);
  });

  test('has a smoke test that prints what it says', async () => {
    const [, commands = '', expected = ''] = blocksOf('8. Smoke test');
    const { stdout } = await bash(commands, root, { API: twin.urls.gateway, SERVICENOW_WEBHOOK_SECRET: webhookSecret() });
    expect(stdout).toBe(expected);
  });

  test('makes secrets that the functions take, and the public halves of their keys', { timeout: 90_000 }, async () => {
    const [make = '', store = '', read = ''] = blocksOf('5. The secrets').map((block) => block.replaceAll('sallyport-dev', 'sallyport-guide'));
    await bash(make, folder, {});
    expect((await readdir(join(folder, 'secrets'))).toSorted())
      .toEqual(['okta-login.json', 'okta-manager.json', 'okta-reader.json', 'servicenow.json', 'webhook.json']);
    const { stdout } = await bash(`${store}${read}`, folder, cli);
    expect(stdout.split('\n').filter((line) => line.startsWith('sallyport-guide')))
      .toEqual(['webhook', 'servicenow', 'okta-manager', 'okta-reader', 'okta-login'].map((name) => `sallyport-guide/${name}`));
    await expect(readdir(join(folder, 'secrets'))).rejects.toThrow('ENOENT');

    const clock = { now: () => new Date() };
    const env = { ...cli, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: twin.urls.aws };
    const check = await createWebhookSecret({ secretId: 'sallyport-guide/webhook', clock, env }).get();
    expect(check('{}', {})).toBe(false);
    const credentials = createServiceNowCredentials({ secretId: 'sallyport-guide/servicenow', clientId: 'sallyport', clock, env });
    expect(await credentials.get()).toEqual({ clientId: 'sallyport', clientSecret: '…' });
    for (const [app, name] of [['manager', 'oktaPrivateKey'], ['reader', 'oktaReaderKey'], ['login', 'oktaLoginKey']] as const) {
      const published = z.looseObject({ kid: z.string() }).parse(JSON.parse(await readFile(join(folder, `okta-${app}-public.json`), 'utf8')));
      const signer = createAssertionSigner({ reference: `secret:sallyport-guide/okta-${app}`, names: [name], clock, env });
      const { jws } = await signer.sign({ iss: 'guide' });
      expect(published).toEqual({ kty: 'RSA', n: expect.any(String) as string, e: 'AQAB', kid: published.kid, use: 'sig', alg: 'RS256' });
      expect(await jwtVerify(jws, await importJWK(published)))
        .toEqual({ payload: { iss: 'guide' }, protectedHeader: { alg: 'RS256', kid: published.kid } });
    }
  });

  test('shows the alias of the state machine and turns it', async () => {
    const [watch = '', turn = '', atOnce = ''] = blocksOf('A new state machine, by degrees')
      .map((block) => block.replace('<account>', '000000000000').replace('-prod-', '-dev-').replace('<number>', '1'));
    const version = 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding:1';
    const { stdout } = await bash(`${watch}${turn}`, root, cli);
    expect(stdout.match(/arn:[^"]+/gu)).toEqual([version, version]);
    expect(stdout).toMatch(/"weight": 100[^]*"updateDate"/u);
    expect(atOnce).toContain('--param="deploymentType=');
  });

  test('explains every parameter of serverless.yml, and no other', () => {
    const { params } = z.looseObject({ params: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(parse(readFileSync(join(root, 'serverless.yml'), 'utf8')));
    const given = new Set(Object.values(params).flatMap((stage) => Object.keys(stage)));
    expect(rowsUnder('1. Names and parameters', 'parameter').flatMap((row) => codesIn(row('parameter'))).sort()).toEqual([...given].sort());
  });

  test('names the variables that requests have, and the scripts send them', () => {
    const { properties: { variables } } = z.looseObject({ properties: z.looseObject({ variables: z.looseObject({ properties: z.record(z.string(), z.unknown()) }) }) })
      .parse(JSON.parse(readFileSync(join(root, 'events/schemas/sc_req_item.submitted.v1.json'), 'utf8')));
    const known = Object.keys(variables.properties).sort();
    expect(rowsUnder('3. ServiceNow', 'variable').flatMap((row) => codesIn(row('variable'))).sort()).toEqual(known);
    const [, sent = ''] = /VARIABLES: \[([^\]]+)\]/u.exec(readFileSync(join(root, 'docs/servicenow/sallyport-webhook.js'), 'utf8')) ?? [];
    expect([...sent.matchAll(/'(\w+)'/gu)].map(([, name]) => name).sort()).toEqual(known);
  });
});
