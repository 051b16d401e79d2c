import { globSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';

/**
 * A comment above a test, a case of a test or an expectation. Its ids say what is tested there:
 * `// Threat T-1, T-2`. Documents name tests by these ids, so that tests can be renamed.
 */
export interface TestMark {
  readonly id: string;
  /** Starts with `tests/`. */
  readonly file: string;
  /** The line of code below the comment. */
  readonly marked: string;
}

/** Tells whether a mark stands above something that tests. */
export const isAboveTest = ({ marked }: TestMark): boolean =>
  /^(?:(?:test|it|describe|expect|await expect)\b|[[{]|['"`])/u.test(marked);

/** Returns the marks of this kind in all test files. */
export function testMarks(kind: 'Threat' | 'Failure'): readonly TestMark[] {
  const mark = new RegExp(`^ *// ${kind}s? (\\S+(?:, \\S+)*)$`, 'u');
  return globSync('tests/**/*.ts').flatMap((file) => {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.flatMap((line, index) => {
      const marked = lines.slice(index + 1).find((below) => !below.trim().startsWith('//')) ?? '';
      const ids = mark.exec(line)?.[1]?.split(', ') ?? [];
      return ids.map((id) => ({ id, file, marked: marked.trim() }));
    });
  });
}

/**
 * Returns the files that a cell of a document in `docs/` links to, from the root of the project. A file
 * followed by `×2` is returned twice.
 */
export const filesLinkedIn = (cell: string): readonly string[] =>
  [...cell.matchAll(/\]\(([^)#]+)[^)]*\)(?: ×(\d+))?/gu)].flatMap(([, target = '', times = '1']) =>
    Array.from({ length: Number(times) }, () => normalize(join('docs', target))),
  );
