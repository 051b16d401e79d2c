import { createHash, randomUUID } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '../..');
const bundles = join(root, 'build/tests');
/** A run of the tests keeps its bundle, even if later runs make others. */
const bundlesKept = 4;

const twin = 'local/main.ts';
const thread = 'local/lambda/functions-thread.ts';
/** What tests start again and again, as processes of their own. */
const started = [
  twin,
  'scripts/bootstrap.ts',
  'scripts/catalogue.ts',
  'scripts/demo.ts',
  'scripts/reconcile.ts',
  'scripts/redrive.ts',
  'scripts/relink.ts',
  'scripts/rollback.ts',
  'scripts/send.ts',
  'scripts/show.ts',
  'scripts/teardown.ts',
] as const;
const sources =
  '{adapters,clients,core,functions,local,middleware,packaging,pages,resources,scripts}/**/*.{cjs,json,ts}';

type Started = (typeof started)[number];

/** Tells whether the bundle contains a script. */
export const isBundled = (script: string): script is Started => started.some((known) => known === script);

let made: Promise<string> | undefined;

/**
 * Returns a module that does the same as this source, and starts in half the time: it consists of the same
 * sources in fewer files, and finding hundreds of modules takes long. The bundle is kept in `build/tests` for as
 * long as its sources stay the same.
 */
export async function bundled(source: Started): Promise<string> {
  made ??= makeBundle();
  return join(await made, asModule(source));
}

/** Returns the folder for the keys of twins that start from the bundle. */
export async function bundledKeys(): Promise<string> {
  made ??= makeBundle();
  return join(await made, 'keys');
}

const asModule = (source: string): string => source.replace(/\.ts$/, '.mjs');

/** Makes the bundle, if there is none of these sources, and returns its folder. */
async function makeBundle(): Promise<string> {
  const folder = join(bundles, digestOfInputs());
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${randomUUID()}`;
  await bundleInto(draft, folder);
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true });
    // Another worker may have been faster.
    if (!existsSync(folder)) throw error;
  }
  removeOldBundles();
  return folder;
}

/** Returns the files whose changes make another bundle, relative to the root. */
const inputs = (): readonly string[] => [
  ...globSync(sources, { cwd: root }).toSorted(),
  'package.json',
  'package-lock.json',
  relative(root, import.meta.filename),
];

function digestOfInputs(): string {
  const hash = createHash('sha256');
  for (const file of inputs()) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * @param folder where the bundle will be when it is run
 * @throws {Error} if it contains a file whose change would not be noticed
 */
async function bundleInto(draft: string, folder: string): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...started, thread, ...globSync('functions/*/handler.ts', { cwd: root })],
    outdir: draft,
    outbase: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What functions share is loaded once.
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // The twin loads parts of it by their names.
    external: ['dynalite'],
    // Bundled CommonJS code still calls `require`.
    banner: {
      js: "import * as nodeModule from 'node:module';const require=nodeModule.createRequire(import.meta.url);",
    },
    plugins: [placesOfModules(folder), placesOfSources],
    metafile: true,
    logLevel: 'silent',
  });
  const noticed = new Set(inputs());
  const unnoticed = Object.keys(metafile.inputs).filter(
    (file) => !noticed.has(file) && !file.includes('node_modules/'),
  );
  if (unnoticed.length > 0) {
    throw new Error(`changes of ${unnoticed.join(', ')} would not make another bundle`);
  }
}

/** Modules find the repository's files from the places of their sources. */
const placesOfSources: Plugin = {
  name: 'places-of-sources',
  setup: (plugins) => {
    plugins.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    }));
  },
};

/** The bundle's own `local/modules.ts`: modules that are loaded by their names are in the bundle, too. */
const placesOfModules = (folder: string): Plugin => ({
  name: 'places-of-modules',
  setup: (plugins) => {
    plugins.onLoad({ filter: /\/local\/modules\.ts$/ }, () => ({
      contents: `
        export const functionsThread = new URL(${JSON.stringify(pathToFileURL(join(folder, asModule(thread))).href)});
        export const handlersIn = () => (${JSON.stringify({ folder, extension: '.mjs' })});`,
    }));
  },
});

function removeOldBundles(): void {
  const byAge = readdirSync(bundles)
    .map((name) => ({ folder: join(bundles, name), madeAt: statSync(join(bundles, name)).mtimeMs }))
    .toSorted((one, other) => other.madeAt - one.madeAt);
  for (const { folder } of byAge.slice(bundlesKept)) rmSync(folder, { recursive: true, force: true });
}
