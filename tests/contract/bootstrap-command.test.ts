import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../support/commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-command-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'bootstrap.dev.yml');
const noCredentials = {
  HOME: folder,
  AWS_CONFIG_FILE: join(folder, 'none'),
  AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
  AWS_EC2_METADATA_DISABLED: 'true',
};

describe('X-15 the command line of bootstrap', () => {
  test.each([
    [[], '✗ --stage is missing. The stages are: dev, uat, prod.\n'],
    [['--stage', 'test'], '✗ There is no stage test. The stages are: dev, uat, prod.\n'],
    [['--stage', 'dev'], '✗ --params is missing: a copy of bootstrap.sample.yml that is filled in.\n'],
    [
      ['--stage', 'dev', '--params', 'nowhere.yml'],
      '✗ There is no file nowhere.yml. Copy bootstrap.sample.yml to it, and fill it in.\n',
    ],
  ])('%j is answered with what would do', async (args, stderr) => {
    expect(await run('scripts/bootstrap.ts', args)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `${stderr}  usage: npm run bootstrap -- --stage STAGE --params FILE [--dry-run]\n  More: npm run bootstrap -- --help\n`,
    });
  });

  test('names what is wrong with the file, before anything is asked', async () => {
    writeFileSync(file, 'stage: uat\n');
    const { exitCode, stdout, stderr } = await run('scripts/bootstrap.ts', [
      '--stage',
      'dev',
      '--params',
      file,
    ]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      '✗ The parameter file is not usable:',
      '  stage: It is "uat". Allowed: dev, the stage of the command line.',
      '  account: It is missing. Allowed: the twelve digits of the AWS account, in quotes.',
    ]);
  });

  test('says that nobody is logged in, and names every sample host, in one go', async () => {
    writeFileSync(
      file,
      JSON.stringify({
        stage: 'dev',
        account: '123456789012',
        region: 'eu-west-1',
        operatorsMailbox: 'operators@company.example',
        okta: {
          url: 'https://okta.dev.company.example',
          clientId: 'a',
          readerClientId: 'b',
          loginClientId: 'c',
        },
        servicenow: { url: 'https://company.service-now.com', clientId: 'd', clientSecret: 'hidden' },
        smokeTest: { ticket: 'RITM0010001', product: 'credit-reports', region: 'US' },
      }),
    );
    const { exitCode, stdout } = await run('scripts/bootstrap.ts', ['--stage', 'dev', '--params', file], {
      environment: noCredentials,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      '✗ settings: parameter oktaUrl is "https://okta.dev.company.example": okta.dev.company.example is a host of samples and tests',
    );
    expect(stdout).toContain('✗ settings: catalogue.yml, products.credit-reports.upstreams.DEV is ');
    expect(stdout).toMatch(/✗ account: CredentialsProviderError: .*\n {6}Log in first: /u);
    expect(stdout).toContain(
      '\nNothing was changed. These steps have to be put right first: settings, account.\n',
    );
    expect(stdout).not.toContain('hidden');
  });
});

describe('X-15 the command line of teardown', () => {
  test('is answered with what would do', async () => {
    expect(await run('scripts/teardown.ts', ['--stage', 'production'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        '✗ There is no stage production. The stages are: dev, uat, prod.\n  usage: npm run teardown -- --stage STAGE [--dry-run]\n  More: npm run teardown -- --help\n',
    });
    const { exitCode, stdout } = await run('scripts/teardown.ts', ['--stage', 'dev'], {
      environment: noCredentials,
    });
    expect({ exitCode, stdout }).toEqual({
      exitCode: 1,
      stdout: expect.stringMatching(/^✗ CredentialsProviderError: .*\n {4}Log in first: /u) as string,
    });
  });
});
