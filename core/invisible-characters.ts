/**
 * Returns the expression, compiled when it is first needed: that takes longer than all else of a function's
 * start, and most texts have ASCII alone.
 */
function compiledLater(source: string, flags: string): () => RegExp {
  let compiled: RegExp | undefined;
  return () => (compiled ??= new RegExp(source, flags));
}

const isAscii = (text: string): boolean => /^\p{ASCII}*$/u.test(text);

/** Formats that are seen: they are drawn around a number. */
const visibleFormats = String.raw`[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]`;

/**
 * Characters that cannot be seen: those of UAX #44 that are ignorable by default, all other formats, the blank
 * of braille, and a few that fonts show nothing for.
 */
const invisible = compiledLater(
  String.raw`[\p{Default_Ignorable_Code_Point}[\p{Cf}--${visibleFormats}]\u2800\u2d7f\ufffc\u{1107f}\u{16fe4}\u{1d159}]`,
  'gv',
);

/**
 * The invisible characters that change the order of reading (UAX #9, explicit formatting). What a person reads
 * is not what is there, so they are never passed over.
 */
export const bidiControls = /[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * What a text of one line does not contain: control, unassigned and private characters, line separators,
 * bidirectional overrides, and what begins a tag.
 */
export const forbiddenInLine = /[\p{Cc}\p{Cs}\p{Cn}\p{Co}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069<>]/gu;

/** Returns a text without the characters that cannot be seen. */
export const withoutInvisible = (text: string): string =>
  isAscii(text) ? text : text.replace(invisible(), '');

/** The joiners without which some scripts cannot be written: ZERO WIDTH NON-JOINER and ZERO WIDTH JOINER. */
const joiners = ['\u200c', '\u200d'];

/** Scripts that are written without blanks between words. */
const withoutBlanks = String.raw`[\p{Script=Khmer}\p{Script=Thai}\p{Script=Lao}\p{Script=Myanmar}]`;

/**
 * What is seen, although a part of it alone is not: emoji, characters with a variation selector that changes how
 * they look (https://www.unicode.org/Public/UCD/latest/ucd/StandardizedVariants.txt and
 * https://www.unicode.org/ivd/), and the blanks between words of scripts that are written without blanks.
 */
const seen = compiledLater(
  [
    String.raw`\p{RGI_Emoji}[\ufe0e\ufe0f]?`,
    String.raw`[\p{Emoji}--[0-9#*]][\ufe0e\ufe0f]`,
    String.raw`\p{Script=Han}[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
    String.raw`\p{Script=Mongolian}[\u180b-\u180f]`,
    String.raw`(?<=${withoutBlanks})\u200b(?=${withoutBlanks})`,
  ].join('|'),
  'gv',
);

/**
 * Returns where the invisible characters of a text are that may not be in a name. Joiners may be where RFC 5892
 * has them.
 */
export function misplacedInvisible(text: string): readonly number[] {
  if (isAscii(text)) return [];
  // Each is replaced by as many visible characters, so that places stay what they are.
  const plain = text.replace(seen(), (part) => '*'.repeat(part.length));
  return [...plain.matchAll(invisible())]
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
