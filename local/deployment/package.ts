import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { unzipSync } from 'fflate';
import * as z from 'zod';
import type { Environment } from '../../core/catalogue/environment.ts';
import { packageStage, templateFileIn, withSnapshot } from '../../packaging/package-stage.ts';
import { faultsOfLanguage } from '../../packaging/states-language.ts';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';
import { template, type Template } from '../cloudformation/template.ts';
import { handlersIn } from '../modules.ts';
import { digestOfInputs } from './package-inputs.ts';

/** The stage whose names the twin uses, whatever environment it serves. */
export const stage = 'dev';

/** The stage's parameter `oktaSigning`. */
export type OktaSigning = 'secret' | 'kms';

export interface PackageSource {
  /** The folder that contains serverless.yml. */
  readonly root: string;
  /** The only environment that requests may name. */
  readonly environment: Environment;
  /** How assertions for Okta are signed. The default is `secret`. */
  readonly oktaSigning?: OktaSigning;
  /** Whether the functions run as they are bundled. Otherwise they run from their sources. */
  readonly bundles: boolean;
}

/** A package on this machine. */
export interface Package {
  readonly template: Template;
  /**
   * Returns the folder whose contents a function finds at `/var/task` on AWS, by the function's short name.
   */
  taskRoot(functionName: string): string;
  /** Returns the folder that handlers' paths start from, and the file extension of handlers in it. */
  handlers(functionName: string): { readonly folder: string; readonly extension: '.ts' | '.mjs' };
}

/**
 * Packages the stage with the framework and opens the package. Packages are kept in `build/packages` and
 * created again only if an input has changed. While one process packages, others wait for it. A package does
 * not depend on ports or data folders.
 *
 * @throws {Error} with the framework's message, if packaging fails
 */
export async function openPackage({
  root,
  environment,
  oktaSigning = 'secret',
  bundles,
}: PackageSource): Promise<Package> {
  const packages = join(root, 'build', 'packages');
  const kind = bundles ? 'bundles' : 'sources';
  const folderFor = (digest: string): string =>
    join(packages, `${kind}-${environment}-${oktaSigning}-${digest}`);
  let folder = folderFor(digestOfInputs(root, bundles));
  if (!existsSync(folder)) {
    mkdirSync(packages, { recursive: true });
    const release = await lockPackages(packages);
    try {
      folder = await withSnapshot(root, async (snapshot) => {
        // The inputs may have changed in the meantime.
        const current = folderFor(digestOfInputs(snapshot, bundles));
        if (!existsSync(current)) {
          await makePackage({ root: snapshot, environment, oktaSigning, bundles }, current);
        }
        return current;
      });
      removeOldPackages(packages);
    } finally {
      release();
    }
  }
  return {
    template: template.parse(JSON.parse(readFileSync(join(folder, 'template.json'), 'utf8'))),
    taskRoot: (functionName) => (bundles ? join(folder, 'functions', functionName) : folder),
    handlers: (functionName) =>
      bundles ? { folder: join(folder, 'functions', functionName), extension: '.mjs' } : handlersIn(root),
  };
}

/**
 * Creates a package. The folder gets its final name only when it is complete. Drafts of processes that have
 * ended have names of their own and do not interfere.
 */
async function makePackage(
  { root, environment, oktaSigning, bundles }: Required<PackageSource>,
  folder: string,
): Promise<void> {
  const draft = `${folder}.draft-${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  await packageStage({
    root,
    stage,
    folder: join(draft, 'framework'),
    bundles: bundles ? 'new' : 'none',
    parameters: { environment, oktaSigning },
  });
  const templateFile = templateFileIn(join(draft, 'framework'));
  requireValidLanguage(template.parse(JSON.parse(readFileSync(templateFile, 'utf8'))));
  copyFileSync(templateFile, join(draft, 'template.json'));
  rmSync(join(draft, 'framework'), { recursive: true });
  if (bundles) {
    unpackBundles(join(root, 'build'), join(draft, 'functions'), readdirSync(join(root, 'functions')));
  } else {
    writeFileSync(join(draft, 'catalogue.json'), readCatalogueSource(join(root, 'catalogue.yml')).json);
  }
  renameSync(draft, folder);
}

/**
 * AWS refuses an invalid definition when it is deployed. The twin refuses it here, because validation takes
 * a quarter of a start.
 */
function requireValidLanguage({ Resources }: Template): void {
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type !== 'AWS::StepFunctions::StateMachine') continue;
    const [fault] = faultsOfLanguage(
      z.object({ DefinitionString: z.string() }).parse(Properties).DefinitionString,
    );
    if (fault !== undefined) throw new Error(`${id} is not valid Amazon States Language: ${fault}`);
  }
}

function unpackBundles(from: string, to: string, functionNames: readonly string[]): void {
  for (const name of functionNames) {
    for (const [path, content] of Object.entries(unzipSync(readFileSync(join(from, `${name}.zip`))))) {
      const file = join(to, name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
}

/**
 * Waits until no other process packages here, and takes the lock. The lock is one of the operating system, so
 * it ends with the process in any case.
 *
 * @returns a function that releases the lock
 */
async function lockPackages(packages: string): Promise<() => void> {
  for (;;) {
    const lock = new DatabaseSync(join(packages, 'lock.sqlite'), { timeout: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return () => {
        lock.close();
      };
    } catch (error) {
      lock.close();
      if (!(error instanceof Error) || !error.message.includes('locked')) throw error;
      await sleep(100);
    }
  }
}

/**
 * The number of packages for a day's work: each environment, from sources and from bundles, before and after
 * a change.
 */
const packagesKept = 12;

function removeOldPackages(packages: string): void {
  const byAge = readdirSync(packages, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, madeAt: statSync(join(packages, name)).mtimeMs }))
    .toSorted((one, other) => other.madeAt - one.madeAt);
  for (const { name } of byAge.slice(packagesKept)) {
    rmSync(join(packages, name), { recursive: true, force: true });
  }
}
