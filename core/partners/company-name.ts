/**
 * What two spellings of one company name have in common, and nothing else: case, width, composition and
 * spacing do not count (so `Straße` is `STRASSE`, and a final sigma a sigma), nor do characters that cannot be seen (UAX #44, Default_Ignorable_Code_Point) or that
 * look like a blank. Empty if there is nothing to see. Unicode keeps these mappings stable for the characters
 * that it has assigned (https://www.unicode.org/policies/stability_policy.html), so reserved names stay found.
 */
export function normalizeCompanyName(name: string): string {
  return (
    name
      .normalize('NFKC')
      .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
      // Down, up and down again: the capital of ß is either ẞ or SS.
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      // By its place in the word, and what is one word may be written as two.
      .replaceAll('ς', 'σ')
      .normalize('NFKC')
      .replace(/[\s\u2800]+/gu, ' ')
      .trim()
  );
}
