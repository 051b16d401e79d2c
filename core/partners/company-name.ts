import { withoutInvisible } from '../invisible-characters.ts';

/**
 * Returns the normal form of a company name, by which different spellings are recognised as the same name.
 * Case, width, composition and spacing do not matter, so `Straße` equals `STRASSE`, `İ` equals `i`, and a final
 * sigma equals a sigma. All dashes are alike, all apostrophes, and all quotation marks. Characters that cannot be seen or that look
 * like a blank do not matter either. The result is empty if nothing in the name can be seen. Unicode keeps these
 * mappings stable for assigned characters (https://www.unicode.org/policies/stability_policy.html), so reserved
 * names can always be found again.
 */
export function normalizeCompanyName(name: string): string {
  const caseFolded = composed(name)
    // Lower, upper and lower case again, because the capital form of ß is either ẞ or SS.
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    // A final sigma depends on the position in the word, and one word may also be written as two.
    .replaceAll('ς', 'σ')
    .normalize('NFKC')
    // The small form of İ is an i with a dot above.
    .replaceAll('i\u0307', 'i');
  return withPlainBlanks(withPlainPunctuation(caseFolded));
}

/** Returns a company name as {@link normalizeCompanyName} does, but with its capital letters. */
export const readableCompanyName = (name: string): string =>
  withPlainBlanks(withPlainPunctuation(composed(name)));

// An acute accent that stands alone is used as an apostrophe, but NFKC makes a blank and a mark of it.
const composed = (name: string): string => withoutInvisible(withPlainPunctuation(name).normalize('NFKC'));

const withPlainBlanks = (text: string): string => text.replace(/[\s\u2800]+/gu, ' ').trim();

/** Replaces typographic apostrophes, quotation marks and dashes by the plain ones. */
const withPlainPunctuation = (text: string): string =>
  text
    .replace(
      /[\u2018-\u201b\u2032\u02b9\u02bb\u02bc\u02c8\u055a\u05f3\u1fbd\u1fbf\u0060\u00b4\ua78b\ua78c]/gu,
      "'",
    )
    .replace(/[\u201c-\u201f\u2033\u00ab\u00bb\u301d-\u301f]/gu, '"')
    .replace(/[\p{Pd}\u2212\u2043\u02d7]/gu, '-');
