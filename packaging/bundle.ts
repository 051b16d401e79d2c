import { build } from 'esbuild';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { readCatalogueSource } from '../resources/catalogue-source.ts';

const root = join(import.meta.dirname, '..');

/** Lambda's Node.js 24 runs ES modules; what is bundled of CommonJS still asks for `require`. */
const banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

const functionFile = z.object({
  functions: z.record(
    z.string(),
    z.object({ handler: z.string(), environment: z.record(z.string(), z.unknown()) }),
  ),
});

/** A function as its function.yml declares it. */
export interface DeclaredFunction {
  readonly name: string;
  /** `functions/<name>/handler.handler` */
  readonly handler: string;
  /** The names of its variables. */
  readonly variables: readonly string[];
}

/** @throws {Error} if functions/<name>/function.yml declares no function of this name */
export function declaredFunction(name: string): DeclaredFunction {
  const { functions } = functionFile.parse(
    parse(readFileSync(join(root, 'functions', name, 'function.yml'), 'utf8')),
  );
  const declared = functions[name];
  if (declared === undefined) throw new Error(`functions/${name}/function.yml declares no function ${name}`);
  return { name, handler: declared.handler, variables: Object.keys(declared.environment) };
}

/** Makes `build/<function>.zip` of every function. */
export async function bundleAll(): Promise<void> {
  mkdirSync(join(root, 'build'), { recursive: true });
  await Promise.all(
    readdirSync(join(root, 'functions')).map(async (name) => {
      const file = join(root, 'build', `${name}.zip`);
      // Whole at once: somebody else may be packaging, too.
      const draft = `${file}.${process.pid}`;
      writeFileSync(draft, await bundle(name));
      renameSync(draft, file);
    }),
  );
}

/**
 * The zip of a function: one minified ES module at the path that its handler names, the module's source map,
 * and the catalogue if its environment names one. The same sources make the same bytes.
 */
export async function bundle(name: string): Promise<Uint8Array> {
  const readsCatalogue = declaredFunction(name).variables.includes('CATALOGUE_FILE');
  const files: Zippable = {
    ...(await moduleOf(`functions/${name}/handler`)),
    ...(readsCatalogue && {
      'catalogue.json': strToU8(readCatalogueSource(join(root, 'catalogue.yml')).json),
    }),
  };
  // The earliest time that a zip can hold.
  return zipSync(files, { mtime: new Date(1980, 0, 1), level: 9 });
}

/** The module `<path>.mjs` of the source `<path>.ts`, and the module's source map. */
export async function moduleOf(path: string): Promise<Zippable> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`${path}.ts`],
    outfile: `${path}.mjs`,
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
  return Object.fromEntries(
    outputFiles.map(({ path: file, text }) => [join(dirname(path), basename(file)), strToU8(text)]),
  );
}
