/**
 * What two spellings of one company name have in common, and nothing else: case, width, composition and
 * spacing do not count, nor do characters that cannot be seen (UAX #44, Default_Ignorable_Code_Point) or that
 * look like a blank. Empty if there is nothing to see. Unicode keeps both mappings stable for the characters
 * that it has assigned (https://www.unicode.org/policies/stability_policy.html), so reserved names stay found.
 */
export function normalizeCompanyName(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[\s\u2800]+/gu, ' ')
    .trim();
}
