import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Which bundles a package is made with: new ones, those that lie in `build/` already (they are the same for all
 * stages), or none at all, where the sources run.
 */
export type Bundling = 'new' | 'made' | 'none';

export interface PackageRequest {
  /** The folder that serverless.yml is in. */
  readonly root: string;
  readonly stage: string;
  /** Where the package is put; made if it is not there. */
  readonly folder: string;
  readonly bundles: Bundling;
  /** Parameters of the stage (`params` in serverless.yml) that this package has other values of. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The file of the template in the folder of a package. */
export const templateFileIn = (folder: string): string => join(folder, 'cloudformation-template-update-stack.json');

/**
 * Has the Serverless Framework package a stage: no credentials, no network. Several may be packaged at once.
 * @throws {Error} with what the framework says, if it fails
 */
export async function packageStage({ root, stage, folder, bundles, parameters = {} }: PackageRequest): Promise<void> {
  const options = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const command = ['node_modules/serverless/bin/serverless.js', 'package', '--stage', stage, '--package', folder, ...options];
  const workspace = makeWorkspace(root, bundles);
  try {
    // The framework writes into the home folder, and what it finds among the variables changes what it does.
    const env = { HOME: workspace, PATH: process.env['PATH'] ?? '', SALLYPORT_BUNDLES: bundles };
    await promisify(execFile)(process.execPath, command, { cwd: workspace, env });
  } catch (cause) {
    throw new Error(`stage ${stage} cannot be packaged:\n${outputOf(cause)}`, { cause });
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

/**
 * A folder that shows what the package is made of. The framework puts what it makes into `.serverless` of the folder that it
 * runs in before it moves it to where it was told to, so two of them in one folder would mix up their packages.
 */
function makeWorkspace(root: string, bundles: Bundling): string {
  const workspace = mkdtempSync(join(tmpdir(), 'sallyport-workspace-'));
  // The framework does not take a link for serverless.yml.
  for (const file of ['serverless.yml', 'catalogue.yml', 'package.json']) copyFileSync(join(root, file), join(workspace, file));
  const shared = ['core', 'functions', 'node_modules', 'packaging', 'resources', 'state-machines'];
  if (bundles !== 'none') {
    mkdirSync(join(root, 'build'), { recursive: true });
    shared.push('build');
  }
  for (const folder of shared) symlinkSync(join(root, folder), join(workspace, folder));
  return workspace;
}

const outputOf = (error: unknown): string =>
  error instanceof Error && 'stdout' in error && 'stderr' in error
    ? `${String(error.stdout)}${String(error.stderr)}`.trim()
    : String(error);
