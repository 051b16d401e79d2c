import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { createSignatureCheck } from '../../adapters/servicenow/webhook-signature.ts';
import { createTokenForm, parsePrivateKey } from '../../adapters/okta/service-app.ts';
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
  beforeAll(async () => {
    [twin, folder] = await Promise.all([startTestTwin(), mkdtemp(join(tmpdir(), 'sallyport-guide-'))]);
  });
  afterAll(async () => {
    await Promise.all([twin.stop(), rm(folder, { recursive: true })]);
  });

  test('has a smoke test that prints what it says', async () => {
    const [, commands = '', expected = ''] = blocksOf('8. Smoke test');
    const { stdout } = await bash(commands, root, { API: twin.urls.gateway, SERVICENOW_WEBHOOK_SECRET: webhookSecret() });
    expect(stdout).toBe(expected);
  });

  test('makes a secret that the functions take, and the public half of its key', async () => {
    const [commands = ''] = blocksOf('5. The secret');
    await bash(commands, folder, {});
    const secret = z.object({ servicenowWebhookSecret: z.string(), servicenowClientSecret: z.literal('…'), oktaPrivateKey: z.string(), oktaLoginKey: z.string() })
      .strict().parse(JSON.parse(await readFile(join(folder, 'secret.json'), 'utf8')));
    expect(createSignatureCheck(secret.servicenowWebhookSecret)('{}', {})).toBe(false);

    for (const [key, file] of [[secret.oktaPrivateKey, 'okta-public.json'], [secret.oktaLoginKey, 'okta-login-public.json']] as const) {
      const published = z.looseObject({ kid: z.string() }).parse(JSON.parse(await readFile(join(folder, file), 'utf8')));
      const privateKey = parsePrivateKey(key);
      const form = await createTokenForm({ orgUrl: 'https://okta.example', clientId: 'guide', privateKey, clock: { now: () => new Date() } })();
      expect(form['client_assertion']).toMatch(/^eyJ/u);
      expect(published).toEqual({ kty: 'RSA', n: privateKey.n, e: privateKey.e, kid: privateKey.kid, use: 'sig', alg: 'RS256' });
    }
    expect(secret.oktaLoginKey).not.toBe(secret.oktaPrivateKey);
  });

  test('shows the alias of the state machine and turns it', async () => {
    const [watch = '', turn = '', atOnce = ''] = blocksOf('A new state machine, by degrees')
      .map((block) => block.replace('<account>', '000000000000').replace('-prod-', '-dev-').replace('<number>', '1'));
    const env = { AWS_ENDPOINT_URL: twin.urls.aws, AWS_DEFAULT_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', AWS_DEFAULT_OUTPUT: 'json', AWS_PAGER: '' };
    const version = 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding:1';
    const { stdout } = await bash(`${watch}${turn}`, root, env);
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
