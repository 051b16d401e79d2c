import { normalizeCompanyName, readableCompanyName } from './company-name.ts';
import { confusables } from './confusables.ts';

/** Character → the characters that it looks like. */
let similarCharacters: ReadonlyMap<string, string> | undefined;

function readConfusables(): ReadonlyMap<string, string> {
  const textOf = (codePoints: string): string =>
    codePoints
      .split(' ')
      .map((each) => String.fromCodePoint(Number.parseInt(each, 16)))
      .join('');
  const similar = new Map<string, string>();
  for (const line of confusables.trim().split('\n')) {
    const [to = '', from = ''] = line.split('=');
    for (const each of from.split(',')) similar.set(textOf(each), textOf(to));
  }
  return similar;
}

/** Returns the skeleton of a text (UTS #39, section 4). */
function skeletonOf(text: string): string {
  similarCharacters ??= readConfusables();
  const similar = similarCharacters;
  return Array.from(text.normalize('NFKD'), (character) => similar.get(character) ?? character)
    .join('')
    .normalize('NFKD');
}

/** A capital letter may look like another letter than its small form, so both are replaced, one after another. */
function lookOf(text: string): string {
  const look = skeletonOf(text).toLowerCase();
  return look === text ? look : lookOf(look);
}

/** Blanks, dots and hyphens do not make another name to a reader. A name that has nothing else keeps them. */
function withoutSeparators(look: string): string {
  const rest = look.replaceAll(/[\p{P}\p{Z}]/gu, '');
  return rest === '' ? look : rest;
}

/** In one case or another `I`, `i`, `l`, `1` and `|` look alike, and a letter that looks like one looks like all. */
const withOneStroke = (look: string): string => look.replaceAll(/[il]\u0307?/gu, 'l');

/**
 * Returns what a company name looks like: as it is written, in capital letters, and in small letters. Two names look
 * alike if they have a look in common. Looks are for comparing only, since they mix the characters of several scripts.
 * @returns one to three looks; one if the name has only letters without accents and digits
 */
export function looksOf(name: string): readonly string[] {
  const small = normalizeCompanyName(name);
  const spellings = [readableCompanyName(name), small.toUpperCase(), small];
  return [...new Set(spellings.map((each) => withoutSeparators(withOneStroke(lookOf(each)))))];
}
