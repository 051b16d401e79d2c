import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oneLine, utcMinute } from '../../core/wording.ts';

test('a moment is told in UTC, to the minute', () => {
  expect(utcMinute(new Date('2026-11-23T18:49:59.999Z'))).toBe('23 November 2026, 18:49 UTC');
  expect(utcMinute(new Date('2027-01-01T00:05:00+01:00'))).toBe('31 December 2026, 23:05 UTC');
});

test('a string from outside stays on its line and keeps its letters', () => {
  expect(oneLine('  Zoë\r\nBcc: x\u2028y\t\u0000 z ')).toBe('Zoë Bcc: x y z');
  expect(oneLine('safe \u202Etxt.exe')).toBe('safe txt.exe');
  expect(oneLine('株式会社アクメ 🏦 שלום')).toBe('株式会社アクメ 🏦 שלום');
});

test('no string breaks the line or turns its direction', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(oneLine(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u);
    }),
  );
});
