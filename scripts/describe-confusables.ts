/** A line of confusables.txt: a character, and the characters that it looks like. */
const mapping = /^\s*([0-9A-F]{4,6})\s*;\s*((?:[0-9A-F]{4,6}\s*)+);/u;

const textOf = (codePoints: string): string =>
  codePoints
    .trim()
    .split(/\s+/u)
    .map((each) => String.fromCodePoint(Number.parseInt(each, 16)))
    .join('');
const codesOf = (text: string): string =>
  Array.from(text, (character) => (character.codePointAt(0) ?? 0).toString(16)).join(' ');

/**
 * Returns the source of `core/partners/confusables.ts`. Characters that the normal form of a company name
 * replaces anyway are left out.
 * @param file the text of Unicode's confusables.txt
 */
export function describeConfusables(file: string): string {
  const version = /^#\s*Version:\s*([\d.]+)/mu.exec(file)?.[1];
  if (version === undefined) throw new Error('The file does not say its version: is it confusables.txt?');
  const similar = new Map<string, string[]>();
  for (const line of file.split(/\r?\n/u)) {
    const [, source, target] = mapping.exec(line) ?? [];
    if (source === undefined || target === undefined) continue;
    const [from, to] = [textOf(source), textOf(target)];
    if (from.normalize('NFKD') === from) similar.set(to, [...(similar.get(to) ?? []), from]);
  }
  const lines = [...similar].map(([to, from]) => `${codesOf(to)}=${from.map(codesOf).toSorted().join(',')}`);
  return `// Written by \`npm run confusables\` from the data of UTS #39. Do not edit it.
// Copyright Unicode, Inc., under the Unicode License v3 (https://www.unicode.org/license.txt).

/** The version of Unicode that the characters are from. */
export const confusablesVersion = '${version}';

/**
 * Characters that look alike, by their code points. Each line has one or more characters, \`=\`, and the single
 * characters that look like them.
 */
export const confusables = \`
${lines.toSorted().join('\n')}
\`;
`;
}
