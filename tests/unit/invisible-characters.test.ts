import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { misplacedInvisible, namesOf, withoutInvisible } from '../../core/invisible-characters.ts';

const refusedAnywhere = fc.constantFrom(
  '\u200b',
  '\u00ad',
  '\ufe0f',
  '\u2060',
  '\ufeff',
  '\u180e',
  '\u3164',
  '\u2800',
);
const word = fc.stringMatching(/^[A-Za-zÀ-ÿ ]{0,12}$/u);

describe('OAU-1 invisible characters in names', () => {
  test('are found wherever they are, and named by code point and place', () => {
    fc.assert(
      fc.property(word, refusedAnywhere, word, (before, character, after) => {
        const text = `${before}${character}${after}`;
        expect(misplacedInvisible(text)).toEqual([before.length]);
        expect(namesOf(text, [before.length])).toBe(
          `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')} at character ${before.length + 1}`,
        );
        expect(withoutInvisible(text)).toBe(`${before}${after}`);
      }),
    );
  });

  test('have their places counted in characters, not in code units', () => {
    expect(namesOf('\u{1f600}\u{e0041}', [2])).toBe('U+E0041 at character 2');
  });

  test.each([
    ['a Persian word', 'می\u200cخواهم'],
    ['a conjunct in Devanagari', 'क्\u200dष'],
    ['a conjunct kept apart in Devanagari', 'क्\u200cष'],
    ['the name of Sri Lanka in Sinhala', 'ශ්\u200dරී ලංකා'],
    ['a vowel mark before the joiner', 'بَ\u200cب'],
    ['Khmer, whose words are written without blanks', 'ធនាគារ\u200bជាតិ'],
    ['a Japanese name with a variant', '葛\u{e0100}飾'],
    ['Mongolian', 'ᠲᠠᠯ\u180eᠠ'],
    ['a symbol that a selector makes a picture, or a text', '\u2b50\ufe0f \u2708\ufe0e'],
    ['an emoji of several', '\u{1f469}\u200d\u{1f680} & \u2764\ufe0f Ltd'],
  ])('may be in %s', (_what, text) => {
    expect(misplacedInvisible(text)).toEqual([]);
  });

  test.each([
    ['between Latin letters', 'Ac\u200cme', 2],
    ['after an Arabic letter that joins nothing', 'ا\u200cب', 1],
    ['at the end of a word', 'می\u200c خواهم', 2],
    ['at the beginning', '\u200dक', 0],
    ['without a virama before it', 'क\u200dष', 1],
    ['after a blank', 'Acme \u200dLtd', 5],
  ])('may not be a joiner %s', (_what, text, index) => {
    expect(misplacedInvisible(text)).toEqual([index]);
  });

  test.each([
    ['a note that fonts show nothing for', 'Pick\u{1d159} Co', 4],
    ['the place of an object', 'Pick\ufffc Co', 4],
    ['a format of hieroglyphs', 'Pick\u{13430} Co', 4],
    ['a blank of no width before Thai', 'A\u200bธนาคาร', 1],
    ['a selector after a letter', 'Acme\ufe0f', 4],
  ])('may not be %s', (_what, text, index) => {
    expect(misplacedInvisible(text)).toEqual([index]);
  });
});
