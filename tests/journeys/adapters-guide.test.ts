import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';
import { codesIn, tablesIn } from '../infra/markdown-table.ts';
import { fencedBlocks } from './fenced-blocks.ts';

const root = join(import.meta.dirname, '../..');
const guide = readFileSync(join(root, 'docs/guides/adapters.md'), 'utf8');

/** The files of the guide. The first line of each says where it belongs. */
const files = fencedBlocks(guide).flatMap(({ language, text }) => {
  const [, path] = /^\/\/ (\S+\.ts)\n/u.exec(text) ?? [];
  return language === 'ts' && path !== undefined ? [{ path, text }] : [];
});
/** A project with the files of the guide. All other files are links to those of this project. */
const project = mkdtempSync(join(tmpdir(), 'sallyport-adapters-'));

function linkFolder(folder: string): void {
  mkdirSync(join(project, folder), { recursive: true });
  for (const name of readdirSync(join(root, folder))) {
    const path = join(folder, name);
    if (files.some((file) => file.path.startsWith(`${path}/`))) linkFolder(path);
    else symlinkSync(join(root, path), join(project, path));
  }
}

linkFolder('.');
for (const { path, text } of files) {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), `${text}\n`);
}
const testFiles = files.map(({ path }) => path).filter((path) => path.endsWith('.test.ts'));
afterAll(() => rmSync(project, { recursive: true }));

// The tests of the guide become tests of this file.
for (const path of testFiles) await import(pathToFileURL(join(project, path)).href);

describe('X-2 docs/guides/adapters.md', () => {
  test('has an adapter, a stand-in and its run of the suite, without type errors', () => {
    expect(files.map(({ path }) => path.split('/')[0])).toEqual(['adapters', 'local', 'tests']);
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile.bind(ts.sys)) as {
      config: unknown;
    };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const program = ts.createProgram(
      testFiles.map((path) => join(project, path)),
      options,
    );
    const sources = files.map(({ path }) => program.getSourceFile(join(project, path)));
    const errors = sources.flatMap((source) => [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ]);
    expect(sources).not.toContain(undefined);
    expect(errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });

  const functionsWith = (file: string, text: string): readonly string[] =>
    globSync(`functions/*/${file}`, { cwd: root })
      .filter((path) => readFileSync(join(root, path), 'utf8').includes(text))
      .map((path) => path.split('/')[1] ?? '')
      .toSorted();

  test('says which functions choose an adapter, and which have its settings', () => {
    const [table] = tablesIn(guide).filter(({ headings }) => headings.at(-1) === 'Choosing it');
    const chosen = (table?.rows ?? []).map((row) =>
      [
        row('constructed by'),
        row('in `dependencies.ts` of'),
        row('settings and rights in `function.yml` of'),
      ].map(codesIn),
    );
    const constructed = (by: string) => functionsWith('*dependencies.ts', `${by}(`);
    expect(chosen).toEqual([
      [
        ['createTicketDesk'],
        constructed('createTicketDesk'),
        functionsWith('function.yml', 'SERVICENOW_URL:'),
      ],
      [
        ['createUserDirectory'],
        constructed('createUserDirectory'),
        // The password grant has settings of its own.
        functionsWith('function.yml', 'OKTA_URL:').filter((name) => name !== 'token'),
      ],
    ]);
  });
});
