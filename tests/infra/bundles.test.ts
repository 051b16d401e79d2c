import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { readDescription } from '../../local/deployment/description.ts';
import { bundle } from '../../packaging/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bundles-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What stands for a value that only the cloud knows, where any address does not do. */
const samples: Readonly<Record<string, string>> = {
  CATALOGUE_FILE: 'catalogue.json', SALLYPORT_ENVIRONMENT: 'DEV', SERVICENOW_WEBHOOK_SECRET: 'whsec_c2FtcGxlc2FtcGxlc2FtcGxlc2FtcGxl',
  OKTA_PRIVATE_KEY: '{"kty":"RSA","n":"n","e":"AQAB","d":"d"}',
};
const descriptions = readDescription('.').functions;

test('WF-12 every function is part of the deployment', () => {
  expect(descriptions.map(({ name }) => name).toSorted()).toEqual(readdirSync('functions'));
});

describe('WF-12 the bundle of', () => {
  test.each(descriptions)('$name holds its handler, and starts with nothing but the environment that is declared', async ({ name, handler, environment }) => {
    const dot = handler.lastIndexOf('.');
    const handlerFile = `${handler.slice(0, dot)}.mjs`;
    const declared = Object.keys(environment);
    const files = unzipSync(await bundle(name));
    expect(Object.keys(files).sort()).toEqual([...(declared.includes('CATALOGUE_FILE') ? ['catalogue.json'] : []), handlerFile, `${handlerFile}.map`]);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name, path)), { recursive: true });
      writeFileSync(join(folder, name, path), content);
    }
    const variables = Object.fromEntries(declared.map((variable) => [variable, samples[variable] ?? `https://${variable.toLowerCase().replaceAll('_', '-')}.example`]));
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval',
      `const { ${handler.slice(dot + 1)}: handler } = await import(${JSON.stringify(join(folder, name, handlerFile))}); console.log(typeof handler); process.exit()`,
    ], { cwd: join(folder, name), env: { ...variables, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' } });
    expect(stdout).toBe('function\n');
  });
});

test('WF-12 bundling twice gives the same bytes', async () => {
  const twice = await Promise.all([bundle('credential-delivery'), bundle('credential-delivery')]);
  expect(Buffer.compare(...twice)).toBe(0);
});

test('X-2 an error keeps the name that the state machine matches, however small its class has become', async () => {
  const code = Buffer.from(unzipSync(await bundle('request-intake'))['functions/request-intake/handler.mjs'] ?? []).toString('utf8');
  for (const name of ['Throttled', 'Unavailable', 'OutcomeUnknown', 'Rejected', 'Conflict', 'NotFound', 'Defect']) expect(code).toContain(`name="${name}"`);
});
