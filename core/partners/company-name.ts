/**
 * Returns the normal form of a company name, by which different spellings are recognised as the same name.
 * Case, width, composition and spacing do not matter, so `Straße` equals `STRASSE`, and a final sigma equals
 * a sigma. Characters that cannot be seen (UAX #44, Default_Ignorable_Code_Point) or that look like a blank
 * do not matter either. The result is empty if nothing in the name can be seen. Unicode keeps these mappings
 * stable for assigned characters (https://www.unicode.org/policies/stability_policy.html), so reserved names
 * can always be found again.
 */
export function normalizeCompanyName(name: string): string {
  return (
    name
      .normalize('NFKC')
      .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
      // Lower, upper and lower case again, because the capital form of ß is either ẞ or SS.
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      // A final sigma depends on the position in the word, and one word may also be written as two.
      .replaceAll('ς', 'σ')
      .normalize('NFKC')
      .replace(/[\s\u2800]+/gu, ' ')
      .trim()
  );
}
