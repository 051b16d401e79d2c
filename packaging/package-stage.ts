import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * The bundles of a package. `new` builds them, and `made` uses those in `build/`, which are the same for all
 * stages. `none` is for running the sources.
 */
export type Bundling = 'new' | 'made' | 'none';

export interface PackageRequest {
  /**
   * The folder of serverless.yml. Use a copy of {@link withSnapshot} if others may package at the same time.
   */
  readonly root: string;
  readonly stage: string;
  /** The folder for the package. It is created if it does not exist. */
  readonly folder: string;
  readonly bundles: Bundling;
  /** Parameters of the stage (`params` in serverless.yml) that have other values in this package. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Returns the template's file in the folder of a package. */
export const templateFileIn = (folder: string): string =>
  join(folder, 'cloudformation-template-update-stack.json');

/**
 * Packages a stage with the Serverless Framework, without credentials or network.
 * @throws {Error} with the framework's output, if it fails
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
  const home = join(root, 'build', 'framework-home');
  mkdirSync(home, { recursive: true });
  try {
    // Other environment variables could change what the framework does.
    const { PATH = '', NODE_COMPILE_CACHE } = process.env;
    const env = {
      HOME: home,
      PATH,
      SALLYPORT_BUNDLES: bundles,
      SLS_SCHEMA_CACHE_BASE_DIR: schemaCache(root),
      ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }),
    };
    await promisify(execFile)(process.execPath, command, { cwd: root, env });
  } catch (cause) {
    throw new Error(`stage ${stage} cannot be packaged:\n${outputOf(cause)}`, { cause });
  }
}

/**
 * Returns the folder where the framework keeps its compiled schema. Without it, packaging takes twice as long.
 * The schema depends on the framework alone, so all projects with the same `node_modules` share it.
 */
export const schemaCache = (root: string): string => join(root, 'node_modules', '.cache', 'serverless');

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
  'pages',
  'resources',
  'state-machines',
];

/**
 * Runs `use` on a copy of everything that a package consists of, so that edits in the meantime have no
 * effect. The framework also writes to `.serverless` in its folder, where parallel runs would collide.
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
    // Only a catalogue that names documents has them.
    if (existsSync(join(root, 'openapi'))) {
      cpSync(join(root, 'openapi'), join(snapshot, 'openapi'), { recursive: true });
    }
    mkdirSync(join(root, 'build'), { recursive: true });
    for (const folder of ['build', 'node_modules']) symlinkSync(join(root, folder), join(snapshot, folder));
    return await use(snapshot);
  } finally {
    rmSync(snapshot, { recursive: true });
  }
}
