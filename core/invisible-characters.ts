/**
 * Characters that cannot be seen: those of UAX #44 that are ignorable by default, the blank of braille, and the
 * marks of annotations.
 */
const invisible = /[\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/gu;

/**
 * The invisible characters that change the order of reading (UAX #9, explicit formatting). What a person reads
 * is not what is there, so they are never passed over.
 */
export const bidiControls = /[\u202a-\u202e\u2066-\u2069]/gu;

/** Returns a text without the characters that cannot be seen. */
export const withoutInvisible = (text: string): string => text.replace(invisible, '');

/** The joiners without which some scripts cannot be written: ZERO WIDTH NON-JOINER and ZERO WIDTH JOINER. */
const joiners = ['\u200c', '\u200d'];

/**
 * Returns where the invisible characters of a text are that may not be in a name. Joiners may be where RFC 5892
 * has them, and whatever an emoji is made of.
 */
export function misplacedInvisible(text: string): readonly number[] {
  // Each emoji is replaced by as many visible characters, so that places stay what they are.
  const plain = text.replace(/\p{RGI_Emoji}/gv, (emoji) => '*'.repeat(emoji.length));
  return [...plain.matchAll(invisible)]
    .filter(({ 0: character, index }) => !joiners.includes(character) || !isJoinerAllowed(plain, index))
    .map(({ index }) => index);
}

/**
 * Tells whether a joiner is where RFC 5892, appendix A.1 and A.2, allows it. The URL parser knows these rules:
 * it checks the joiners of host names (https://url.spec.whatwg.org/#concept-domain-to-ascii).
 */
function isJoinerAllowed(text: string, index: number): boolean {
  const [before = ''] = /[\p{L}\p{M}]*$/u.exec(withoutInvisible(text.slice(0, index))) ?? [];
  const [after = ''] = /^[\p{L}\p{M}]*/u.exec(withoutInvisible(text.slice(index))) ?? [];
  return before !== '' && URL.canParse(`https://${before}${text.charAt(index)}${after}/`);
}

/** Names characters by code point and place, such as `U+200B at character 3`. */
export const namesOf = (text: string, indices: readonly number[]): string =>
  indices
    .map((index) => {
      const codePoint = (text.codePointAt(index) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      return `U+${codePoint} at character ${Array.from(text.slice(0, index)).length + 1}`;
    })
    .join(', ');
