import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
const headingsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) => slug(heading));

test.each([...globSync('docs/**/*.md'), 'README.md', 'CONTRIBUTING.md'])(
  '%s links to files and headings that are there',
  (document) => {
    for (const [, target = ''] of readFileSync(document, 'utf8').matchAll(/\]\((?!https?:)([^)]+)\)/gu)) {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      expect(existsSync(file), target).toBe(true);
      if (anchor !== undefined) expect(headingsOf(file), target).toContain(anchor);
    }
  },
);
