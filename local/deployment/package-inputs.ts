import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The files that a package is made of, in addition to the modules that create it. */
const files = [
  'serverless.yml',
  'catalogue.yml',
  'openapi/*',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'functions/*/function.yml',
  'resources/**/*',
  'state-machines/**/*',
  'packaging/**/*',
];
/** The modules that create the template, and those that are also bundled. */
const makingTemplate = ['resources/*.{cjs,ts}', 'packaging/*.ts'];
const bundled = ['functions/*/handler.ts'];

/**
 * Returns every file that the package depends on, sorted and relative to the root. For TypeScript, this
 * includes all modules that the modules above import, directly or indirectly.
 */
export function packageInputs(root: string, withBundles: boolean): string[] {
  const modules = globSync([...makingTemplate, ...(withBundles ? bundled : [])], { cwd: root });
  const inputs = new Set(
    globSync(files, { cwd: root, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
  const follow = (module: string): void => {
    inputs.add(module);
    for (const imported of importsOf(root, module)) {
      if (!inputs.has(imported)) follow(imported);
    }
  };
  for (const module of modules) follow(module);
  return [...inputs].toSorted();
}

/** Returns a digest of every input's path and content. The same inputs create the same package. */
export function digestOfInputs(root: string, withBundles: boolean): string {
  const hash = createHash('sha256').update(process.version);
  for (const file of packageInputs(root, withBundles)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** Returns the project's own modules that a module imports by path. */
function importsOf(root: string, module: string): string[] {
  const source = readFileSync(join(root, module), 'utf8');
  return [...source.matchAll(/(?:from |import\(|import |require\()'(\.{1,2}\/[^']+)'/g)]
    .map(([, path = '']) => join(dirname(module), path))
    .filter((path) => existsSync(join(root, path)));
}
