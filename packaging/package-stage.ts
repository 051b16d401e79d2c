import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Which bundles a package is made with: new ones, those that lie in `build/` already (they are the same for all
 * stages), or none at all, where the sources run.
 */
export type Bundling = 'new' | 'made' | 'none';

export interface PackageRequest {
  /** The folder that serverless.yml is in: a copy of {@link withSnapshot}, where others may package, too. */
  readonly root: string;
  readonly stage: string;
  /** Where the package is put; made if it is not there. */
  readonly folder: string;
  readonly bundles: Bundling;
  /** Parameters of the stage (`params` in serverless.yml) that this package has other values of. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The file of the template in the folder of a package. */
export const templateFileIn = (folder: string): string =>
  join(folder, 'cloudformation-template-update-stack.json');

/**
 * Has the Serverless Framework package a stage: no credentials, no network.
 * @throws {Error} with what the framework says, if it fails
 */
export async function packageStage({
  root,
  stage,
  folder,
  bundles,
  parameters = {},
}: PackageRequest): Promise<void> {
  const options = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const command = [
    'node_modules/serverless/bin/serverless.js',
    'package',
    '--stage',
    stage,
    '--package',
    folder,
    ...options,
  ];
  // The framework keeps its compiled schema in the home folder: without it, it takes twice as long.
  const home = join(root, 'build', 'framework-home');
  mkdirSync(home, { recursive: true });
  try {
    // What it finds among the variables changes what it does.
    const env = { HOME: home, PATH: process.env['PATH'] ?? '', SALLYPORT_BUNDLES: bundles };
    await promisify(execFile)(process.execPath, command, { cwd: root, env });
  } catch (cause) {
    throw new Error(`stage ${stage} cannot be packaged:\n${outputOf(cause)}`, { cause });
  }
}

const outputOf = (error: unknown): string =>
  error instanceof Error && 'stdout' in error && 'stderr' in error
    ? `${String(error.stdout)}${String(error.stderr)}`.trim()
    : String(error);

const copiedFiles = ['serverless.yml', 'catalogue.yml', 'package.json', 'package-lock.json', 'tsconfig.json'];
const copiedFolders = [
  'adapters',
  'core',
  'functions',
  'middleware',
  'packaging',
  'resources',
  'state-machines',
];

/**
 * Runs `use` on a copy of everything that a package is made of. Whoever edits the project meanwhile changes nothing in
 * it, and the framework, which puts what it makes into `.serverless` of the folder that it runs in, meets no other.
 */
export async function withSnapshot<Result>(
  root: string,
  use: (snapshot: string) => Promise<Result>,
): Promise<Result> {
  const snapshot = mkdtempSync(join(tmpdir(), 'sallyport-snapshot-'));
  try {
    for (const file of copiedFiles) copyFileSync(join(root, file), join(snapshot, file));
    for (const folder of copiedFolders) {
      cpSync(join(root, folder), join(snapshot, folder), { recursive: true });
    }
    mkdirSync(join(root, 'build'), { recursive: true });
    for (const folder of ['build', 'node_modules']) symlinkSync(join(root, folder), join(snapshot, folder));
    return await use(snapshot);
  } finally {
    rmSync(snapshot, { recursive: true });
  }
}
