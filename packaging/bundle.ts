import { build } from 'esbuild';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readCatalogueSource } from '../resources/catalogue-source.ts';
import { readFunctionFile } from '../resources/function-file.ts';
import { handlerOf } from '../resources/function-resources.ts';
import { functionNames } from '../resources/functions.ts';

const root = join(import.meta.dirname, '..');

/** Lambda's Node.js 24 runs ES modules, but bundled CommonJS code still calls `require`. */
const banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** A function as it is deployed. */
export interface DeclaredFunction {
  readonly name: string;
  /** The handler: `functions/<name>/handler.handler`. */
  readonly handler: string;
  /** The names of its environment variables. */
  readonly variables: readonly string[];
}

/**
 * Reads the declaration of a function.
 * @throws {Error} if functions/<name>/function.yml does not exist or is invalid
 */
export const declaredFunction = (name: string): DeclaredFunction => ({
  name,
  handler: handlerOf(name),
  variables: Object.keys(readFunctionFile(name).settings.environment),
});

/** Creates `build/<function>.zip` for every function. */
export async function bundleAll(): Promise<void> {
  mkdirSync(join(root, 'build'), { recursive: true });
  for (const [name, zip] of await bundle(functionNames)) {
    const file = join(root, 'build', `${name}.zip`);
    // Renaming replaces the file in one step, because another process may be packaging too.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, zip);
    renameSync(draft, file);
  }
}

/**
 * Creates the zips of functions, by the function's name. A zip holds one minified ES module at the path that
 * the handler names, the module's source map, and the catalogue if the function's environment names it. The
 * same sources always give the same bytes, whatever else is bundled in the same call.
 */
export async function bundle(names: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const modules = await modulesOf(names.map((name) => `functions/${name}/handler`));
  return new Map(names.map((name) => [name, zipOf(name, modules)]));
}

function zipOf(name: string, modules: Zippable): Uint8Array {
  const module = `functions/${name}/handler.mjs`;
  const readsCatalogue = declaredFunction(name).variables.includes('CATALOGUE_FILE');
  const files: Zippable = {
    ...Object.fromEntries(Object.entries(modules).filter(([path]) => path.startsWith(module))),
    ...(readsCatalogue && {
      'catalogue.json': strToU8(readCatalogueSource(join(root, 'catalogue.yml')).json),
    }),
  };
  // The earliest time that a zip can contain.
  return zipSync(files, { mtime: new Date(1980, 0, 1), level: 9 });
}

/**
 * Bundles each source `<path>.ts` into the module `<path>.mjs` and its source map. One call for many sources
 * parses what they share only once.
 */
export async function modulesOf(paths: readonly string[]): Promise<Zippable> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: paths.map((path) => `${path}.ts`),
    outdir: root,
    outbase: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: banner },
    sourcemap: 'linked',
    sourcesContent: false,
    alias: { '@aws-sdk/credential-provider-node': join(root, 'packaging/lambda-credentials.ts') },
    logLevel: 'silent',
  });
  return Object.fromEntries(outputFiles.map(({ path, contents }) => [relative(root, path), contents]));
}
