import { execFile } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOfInputs, packageInputs } from '../../local/deployment/package-inputs.ts';
import { openPackage } from '../../local/deployment/package.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-project-'));
const parts = [
  'adapters',
  'core',
  'functions',
  'middleware',
  'packaging',
  'pages',
  'resources',
  'state-machines',
  'catalogue.yml',
  'package.json',
  'package-lock.json',
  'serverless.yml',
  'tsconfig.json',
];
for (const part of parts) {
  cpSync(part, join(root, part), { recursive: true });
}
symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
const newFunction = join(root, 'functions/daily-report');
beforeEach(() => {
  for (const path of [join(root, 'build'), newFunction]) rmSync(path, { recursive: true, force: true });
});
afterAll(() => rmSync(root, { recursive: true }));

const packages = (): string[] =>
  readdirSync(join(root, 'build/packages'))
    .filter((name) => name.startsWith('sources-'))
    .toSorted();
const open = () => openPackage({ root, environment: 'DEV', bundles: false });

function declareFunction(declaration: string): void {
  mkdirSync(newFunction);
  writeFileSync(join(newFunction, 'function.yml'), declaration);
}

/** Opens the package in another process, as another `npm start` would. */
const openElsewhere = () =>
  promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    `
  import { openPackage } from ${JSON.stringify(join(process.cwd(), 'local/deployment/package.ts'))};
  await openPackage(${JSON.stringify({ root, environment: 'DEV', bundles: false })});
`,
  ]);

describe('X-13 the package that the twin deploys', () => {
  it(
    'is made once, however many want it at once, and again for a new function, with its role',
    { timeout: 120_000 },
    async () => {
      await Promise.all([open(), openElsewhere(), open(), openElsewhere()]);
      const [first = '', ...others] = packages();
      expect(others).toEqual([]);
      const made = () => statSync(join(root, 'build/packages', first)).ino;
      const inode = made();

      appendFileSync(join(root, 'core/problem.ts'), '\n// Not an input.\n');
      await Promise.all([open(), openElsewhere()]);
      expect(packages()).toEqual([first]);
      expect(made()).toBe(inode);

      declareFunction('timeout: 30\nrights:\n  allow:\n    Table:\n      dynamodb:GetItem: [CLIENT#*]\n');
      const { template } = await open();
      expect(packages()).toHaveLength(2);
      expect(template.Resources).toMatchObject({
        DailyDashreportLambdaFunction: {
          Properties: {
            Handler: 'functions/daily-report/handler.handler',
            Role: { 'Fn::GetAtt': ['DailyReportRole', 'Arn'] },
            Timeout: 30,
          },
        },
        DailyReportRole: { Type: 'AWS::IAM::Role' },
      });
    },
  );

  it('is not made from a function.yml that is invalid, and the error names the file', async () => {
    declareFunction('timeout: 30\nrights: {}\nroles: Admin\n');
    await expect(open()).rejects.toThrow(
      'functions/daily-report/function.yml is invalid:\nthe file: found roles;',
    );
    expect(packages()).toEqual([]);
  });

  it.each([
    'serverless.yml',
    'catalogue.yml',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'functions/token/function.yml',
    'resources/table.yml',
    'resources/okta-signing/secret.yml',
    'resources/alarms.ts',
    'state-machines/onboarding.asl.json',
    'packaging/package-stage.ts',
  ])('has another digest once %s has changed', (file) => {
    const before = digestOfInputs(root, false);
    appendFileSync(join(root, file), '\n');
    expect(digestOfInputs(root, false)).not.toBe(before);
  });

  it('is named by everything that takes part in making it', async () => {
    const { metafile } = await build({
      entryPoints: [
        'packaging/serverless-plugin.ts',
        'resources/catalogue.cjs',
        'resources/functions.cjs',
        'resources/operations.cjs',
        'resources/state-machines.cjs',
      ],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      outdir: 'unused',
      logLevel: 'silent',
    });
    expect(packageInputs('.', false)).toEqual(expect.arrayContaining(Object.keys(metafile.inputs)));
  });

  it('holds what is bundled, too, where the bundles run', async () => {
    const { metafile } = await build({
      entryPoints: readdirSync('functions').map((name) => `functions/${name}/handler.ts`),
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      outdir: 'unused',
      logLevel: 'silent',
    });
    expect(packageInputs('.', true)).toEqual(expect.arrayContaining(Object.keys(metafile.inputs)));
  });
});
