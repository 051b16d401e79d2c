import { readdirSync, readFileSync } from 'node:fs';
import { codesIn, type Row, tablesIn } from '../infra/markdown-table.ts';
import { fencedBlocks } from './fenced-blocks.ts';

/** The commands of one fenced block in a runbook. */
export interface Block {
  readonly page: string;
  /** The nearest heading above the block. */
  readonly heading: string;
  readonly commands: string;
}

const folder = new URL('../../docs/runbooks/', import.meta.url);

/** The file names, including the index. */
export const pages: readonly string[] = readdirSync(folder).toSorted();

export const textOf = (page: string): string => readFileSync(new URL(page, folder), 'utf8');

export const headingsOf = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/^## (.+)$/gmu)].map(([, heading = '']) => heading);

/** Returns every block that is fenced as `sh`, in the order of the page. */
export const blocksOf = (page: string): readonly Block[] =>
  fencedBlocks(textOf(page)).flatMap(({ heading, language, text }) =>
    language === 'sh' ? [{ page, heading, commands: text }] : [],
  );

/** Returns the rows of the index's table under a heading. */
export const indexRows = (heading: string): readonly Row[] =>
  tablesIn(textOf('README.md'))
    .filter(({ headings }) => headings.at(-1) === heading)
    .flatMap(({ rows }) => rows);

/** Returns the page that the index names for a ticket's last note: the cell of the first row that matches. */
export function pageForNote(note: string): string | undefined {
  return indexRows('The ticket').find((row) =>
    codesIn(row('its last note begins')).some((beginning) => note.startsWith(beginning)),
  )?.('page');
}
