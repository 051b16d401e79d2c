import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { schemaCache } from '../../packaging/package-stage.ts';
import { findSampleHosts } from '../../resources/sample-hosts.ts';
import { shippedCatalogue } from '../support/shipped-catalogue.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sallyport-deploy-'));
});
afterAll(() => rm(home, { recursive: true }));

test("X-15 serverless deploy refuses this repository's sample hosts before it asks AWS", async () => {
  const command = [
    'node_modules/serverless/bin/serverless.js',
    'deploy',
    '--stage',
    'prod',
    '--param',
    'oktaUrl=https://company.okta.com',
  ];
  const failure: unknown = await promisify(execFile)(process.execPath, command, {
    env: {
      HOME: home,
      PATH: process.env['PATH'] ?? '',
      AWS_EC2_METADATA_DISABLED: 'true',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
      SLS_SCHEMA_CACHE_BASE_DIR: schemaCache(process.cwd()),
    },
  }).catch((error: unknown) => error);
  const { code, stdout } = z.object({ code: z.number(), stdout: z.string() }).parse(failure);
  expect(code).toBe(1);
  const inCatalogue = findSampleHosts({ parameters: {}, catalogue: shippedCatalogue, environment: 'PROD' });
  const lines = stdout.split('\n').filter((line) => /^(?:Stage|-) /.test(line));
  expect(lines.map((line) => line.replace(/: ".*/, ''))).toEqual([
    'Stage prod is not deployed. Its settings still name hosts that nobody can own or reach:',
    '- parameter domainName',
    '- parameter operatorsMailbox',
    '- parameter servicenowUrl',
    ...inCatalogue.map(({ place }) => `- ${place}`),
  ]);
});
