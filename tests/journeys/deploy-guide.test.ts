import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { createJwkSigner, parsePrivateKey } from '../../adapters/okta/assertion-signer.ts';
import { fixedSecret } from '../../core/secrets/cached-secret.ts';
import { bootstrapPlan } from '../../scripts/bootstrap/plan.ts';
import { webhookSecret } from '../../clients/webhook.ts';
import { codesIn, tablesIn } from '../infra/markdown-table.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';

const root = new URL('../../', import.meta.url).pathname;
const guide = readFileSync(join(root, 'docs/deploy.md'), 'utf8');

/** Returns the fenced blocks of a step, in order. */
function blocksOf(heading: string): readonly string[] {
  const step = guide.split(/^## /mu).find((each) => each.startsWith(heading)) ?? '';
  return [...step.matchAll(/^```\w*\n([^]*?)^```$/gmu)].map(([, block = '']) => block);
}

const bash = (script: string, cwd: string, env: Readonly<Record<string, string>>) =>
  promisify(execFile)('bash', ['-euc', script], {
    cwd,
    env: { PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`, ...env },
  });

const rowsUnder = (heading: string, column: string) =>
  tablesIn(guide)
    .filter(({ headings, columns }) => headings.at(-1) === heading && columns.includes(column))
    .flatMap(({ rows }) => rows);

describe('docs/deploy.md', () => {
  let twin: TestTwin;
  let folder: string;
  let cli: Readonly<Record<string, string>>;
  beforeAll(async () => {
    [twin, folder] = await Promise.all([shareTestTwin(), mkdtemp(join(tmpdir(), 'sallyport-guide-'))]);
    cli = {
      AWS_ENDPOINT_URL: twin.urls.aws,
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_DEFAULT_OUTPUT: 'json',
      AWS_PAGER: '',
    };
  });
  afterAll(async () => {
    await Promise.all([twin.stop(), rm(folder, { recursive: true })]);
  });

  test('has a smoke test that prints what it says', async () => {
    const [, commands = '', expected = ''] = blocksOf('8. Smoke test');
    const { stdout } = await bash(commands, root, {
      API: twin.urls.gateway,
      SERVICENOW_WEBHOOK_SECRET: webhookSecret(),
    });
    expect(stdout).toBe(expected);
  });

  test('makes a key for Okta, and prints its public half', async () => {
    const make = blocksOf('Changing keys and secrets').find((block) => block.includes('okta-key.json')) ?? '';
    const { stdout } = await bash(make, folder, {});
    const published = z.looseObject({ kid: z.string() }).parse(JSON.parse(stdout));
    expect(published).toEqual({
      kty: 'RSA',
      n: expect.any(String) as string,
      e: 'AQAB',
      kid: published.kid,
      use: 'sig',
      alg: 'RS256',
    });
    const signer = createJwkSigner(
      fixedSecret(parsePrivateKey(await readFile(join(folder, 'okta-key.json'), 'utf8'))),
    );
    const { jws } = await signer.sign({ iss: 'guide' });
    expect(await jwtVerify(jws, await importJWK(published))).toEqual({
      payload: { iss: 'guide' },
      protectedHeader: { alg: 'RS256', kid: published.kid },
    });
  });

  test('names every command that it has npm run', () => {
    const { scripts } = z
      .looseObject({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const named = [...guide.matchAll(/npm run ([\w:-]+)/gu)].map(([, name = '']) => name);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
    expect(named).toEqual(expect.arrayContaining(['bootstrap', 'deploy', 'teardown']));
  });

  test('names the steps of bootstrap, each after those that it needs', () => {
    const steps = rowsUnder('6. Bootstrap', 'step').flatMap((row) => codesIn(row('step')));
    expect(steps).toEqual(
      [...bootstrapPlan.looks, ...bootstrapPlan.works]
        .map(({ name }) => name)
        .filter((name) => steps.includes(name)),
    );
    expect(steps).toEqual(expect.arrayContaining(bootstrapPlan.works.map(({ name }) => name)));
    const headings = [...guide.matchAll(/^## (\d+)\. /gmu)].map(([, number]) => Number(number));
    expect(headings).toEqual(headings.map((_, index) => index + 1));
  });

  test('shows the alias of the state machine and turns it', async () => {
    const [watch = '', turn = '', atOnce = ''] = blocksOf('A new state machine, by degrees').map((block) =>
      block.replace('<account>', '000000000000').replace('-prod-', '-dev-').replace('<number>', '1'),
    );
    const version = 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding:1';
    const { stdout } = await bash(`${watch}${turn}`, root, cli);
    expect(stdout.match(/arn:[^"]+/gu)).toEqual([version, version]);
    expect(stdout).toMatch(/"weight": 100[^]*"updateDate"/u);
    expect(atOnce).toContain('npm run deploy -- --stage prod --params bootstrap.prod.yml --at-once');
  });

  test('explains every parameter of serverless.yml, and no other', () => {
    const { params } = z
      .looseObject({ params: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(parse(readFileSync(join(root, 'serverless.yml'), 'utf8')));
    const given = new Set(Object.values(params).flatMap((stage) => Object.keys(stage)));
    expect(
      rowsUnder('5. The parameter file', 'parameter')
        .flatMap((row) => codesIn(row('parameter')))
        .sort(),
    ).toEqual([...given].sort());
  });

  test('names the variables that requests have, and the scripts send them', () => {
    const {
      properties: { variables },
    } = z
      .looseObject({
        properties: z.looseObject({
          variables: z.looseObject({ properties: z.record(z.string(), z.unknown()) }),
        }),
      })
      .parse(JSON.parse(readFileSync(join(root, 'events/schemas/sc_req_item.submitted.v1.json'), 'utf8')));
    const known = Object.keys(variables.properties).sort();
    expect(
      rowsUnder('3. ServiceNow', 'variable')
        .flatMap((row) => codesIn(row('variable')))
        .sort(),
    ).toEqual(known);
    const [, sent = ''] =
      /VARIABLES: \[([^\]]+)\]/u.exec(
        readFileSync(join(root, 'docs/servicenow/sallyport-webhook.js'), 'utf8'),
      ) ?? [];
    expect([...sent.matchAll(/'(\w+)'/gu)].map(([, name]) => name).sort()).toEqual(known);
  });
});
