import { readFileSync } from 'node:fs';
import { codesIn, tablesIn } from '../infra/markdown-table.ts';
import { type FencedBlock, fencedBlocks } from './fenced-blocks.ts';

/** The guides whose commands and samples a reader may paste. */
export const guides = [
  'client-credentials',
  'private-key-jwt',
  'password',
  'jwt-bearer',
  'token-exchange',
  'tokens',
] as const;
export type Guide = (typeof guides)[number];

const textOf = (guide: string): string =>
  readFileSync(new URL(`../../docs/guides/${guide}.md`, import.meta.url), 'utf8');

/**
 * A block to paste and its expected output: the next JSON on the page, or nothing if the block only prepares.
 */
export interface Sample extends FencedBlock {
  readonly answer: string | undefined;
}

const isSample = ({ language }: FencedBlock): boolean => language === 'sh' || language === 'js';
/** A block that begins like this is a program of its own. */
const fileName = /^\/\/ (\w+\.mjs)\n/u;

export function samplesOf(guide: Guide): readonly Sample[] {
  const blocks = fencedBlocks(textOf(guide));
  return blocks.flatMap((block, at) => {
    if (!isSample(block)) return [];
    const shows = block.language === 'js' ? !fileName.test(block.text) : block.text.includes('curl ');
    const answer = blocks.slice(at).find(({ language }) => language === 'json')?.text;
    if (shows && answer === undefined) {
      throw new Error(`${guide}.md does not say what is answered under ${block.heading}`);
    }
    return [{ ...block, answer: shows ? answer : undefined }];
  });
}

/** Returns the shell commands of a page, block after block. */
export const commandsOf = (guide: 'calls' | 'operator-api'): readonly string[] =>
  fencedBlocks(textOf(guide)).flatMap(({ language, text }) => (language === 'sh' ? [text] : []));

/** Returns the commands to type for a sample. */
export function typed({ language, text }: FencedBlock): string {
  if (language === 'sh') return text;
  const [, file] = fileName.exec(text) ?? [];
  return `${file === undefined ? 'node --input-type=module' : `cat >${file}`} <<'END_OF_SAMPLE'\n${text}\nEND_OF_SAMPLE`;
}

/** Returns the refusals that a page explains: `400 invalid_request token is missing`. */
export const refusalsOf = (guide: Guide): readonly string[] =>
  tablesIn(textOf(guide))
    .filter(({ headings }) => headings.at(-1) === 'Refusals')
    .flatMap(({ rows }) =>
      rows.map((row) => [row('answer').slice(0, 3), ...codesIn(row('answer'))].join(' ')),
    );

/**
 * Tells whether an answer matches the one on a page. Values that differ each time are shown by example: a
 * text that ends in `…` is a prefix, a time stands for any time, and of a lifetime of 900 seconds some may
 * have passed.
 */
export function isAsShown(shown: unknown, answered: unknown): boolean {
  if (typeof shown === 'string' && shown.endsWith('…')) {
    return (
      typeof answered === 'string' &&
      answered.length > shown.length &&
      answered.startsWith(shown.slice(0, -1))
    );
  }
  if (typeof shown === 'number' && typeof answered === 'number') {
    return shown > 1e9
      ? Math.abs(answered - Date.now() / 1000) < 3600
      : shown === 900
        ? 840 < answered && answered <= 900
        : shown === answered;
  }
  if (typeof shown !== 'object' || shown === null || typeof answered !== 'object' || answered === null) {
    return shown === answered;
  }
  const [expected, actual] = [Object.entries(shown), new Map<string, unknown>(Object.entries(answered))];
  return (
    expected.length === actual.size &&
    expected.every(([name, value]) => actual.has(name) && isAsShown(value, actual.get(name)))
  );
}
