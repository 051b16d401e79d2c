import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  codeMessage,
  deriveLink,
  deriveToken,
  displayCode,
  hashOf,
  linkLifeSeconds,
  parseCode,
  attemptsPerLink,
} from '../../core/credentials/links.ts';
import { fakeLinkKeys } from '../support/fakes/delivery.ts';

describe('X-5 token and code of a link', () => {
  test('are derived from onboarding and number alone', async () => {
    const macOf = (message: string): Buffer => createHmac('sha256', 'links').update(message).digest();
    const link = await deriveLink(fakeLinkKeys, 'onb-1', 2);
    expect(link.token).toBe(macOf('link\nonb-1\n2').toString('base64url'));
    expect(link.token).toMatch(/^[\w-]{43}$/);
    expect(await deriveLink(fakeLinkKeys, 'onb-1', 2)).toEqual(link);
  });

  test('are others for every other onboarding and number', async () => {
    const links = await Promise.all(
      [
        ['onb-1', 1],
        ['onb-1', 2],
        ['onb-1', 12],
        ['onb-11', 2],
        ['onb-2', 1],
      ].map(async ([id, number]) => deriveLink(fakeLinkKeys, String(id), Number(number))),
    );
    expect(new Set(links.map(({ token }) => token)).size).toBe(links.length);
    expect(new Set(links.map(({ code }) => code)).size).toBe(links.length);
  });

  // Threat T-101
  test('its token comes from one key alone, and its code from the other', async () => {
    const other = { generate: async () => Promise.resolve(new Uint8Array(32)) };
    const { token, code } = await deriveLink(fakeLinkKeys, 'onb-1', 1);
    expect(await deriveToken(fakeLinkKeys.linkKey, 'onb-1', 1)).toBe(token);
    expect((await deriveLink({ ...fakeLinkKeys, codeKey: other }, 'onb-1', 1)).token).toBe(token);
    expect((await deriveLink({ ...fakeLinkKeys, linkKey: other }, 'onb-1', 1)).code).toBe(code);
  });

  test('a code is eight characters that nobody confuses, each as likely as the others', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_value, byte) => byte);
    const counts = new Map<string, number>();
    for (let start = 0; start < bytes.length; start += 8) {
      const { code } = await deriveLink(
        {
          ...fakeLinkKeys,
          codeKey: { generate: async () => Promise.resolve(bytes.subarray(start, start + 32)) },
        },
        'onb-1',
        1,
      );
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
      for (const character of code) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(counts.size).toBe(32);
    expect(new Set(counts.values())).toEqual(new Set([8]));
  });

  test('the table knows the token by its hash, and the code by a message that belongs to this link', () => {
    expect(hashOf('token')).toBe(createHash('sha256').update('token').digest('hex'));
    const link = { onboardingId: 'onb-1', clientId: 'client-1', expiresAt: '2026-11-23T10:00:00.000Z' };
    expect(codeMessage('hash', link, '7K3M9QXZ')).toBe(
      'check\nhash\nonb-1\nclient-1\n2026-11-23T10:00:00.000Z\n7K3M9QXZ',
    );
  });

  test('three days and five tries', () => {
    expect([linkLifeSeconds, attemptsPerLink]).toEqual([259_200, 5]);
  });
});

describe('X-5 a typed code', () => {
  test.each([
    '7K3M-01XZ',
    '7k3m-01xz',
    ' 7K3M01XZ\n',
    '7K-3M O1-XZ',
    '7k3moIxz',
    '7K3MOlXZ',
    '7K3M\u00A001XZ',
    '7K3M\u2212\u200B01XZ',
    '\u200B7K3M-01XZ\uFEFF',
    '7K3\u00ADM-01XZ',
    '(7K3M-01XZ)',
    '\u201C7K3M\u201401XZ\u201D',
    '\uFF17\uFF2B\uFF13\uFF2D\uFF0D\uFF10\uFF11\uFF38\uFF3A',
    '7K3M_01XZ',
    '7K3M\u30FC01XZ',
    '7K3M\uFF7001XZ',
  ])('%j is 7K3M-01XZ', (typed) => {
    expect(parseCode(typed)).toBe('7K3M01XZ');
  });

  test.each([
    '',
    '7K3M-01XZ9',
    '7K3M-01X',
    '7K3M-01XU',
    '7K3M-01X\u00C9',
    '\u115F'.repeat(8),
    '12345678901234567890',
  ])('%j cannot be a code', (typed) => {
    expect(parseCode(typed)).toBeUndefined();
  });

  test('is found whatever stands between and around its characters', () => {
    const noise = fc.stringMatching(/^[\s\p{P}\p{S}\u00AD\u200B-\u200F\u202A-\u202E\uFE0F\uFEFF]{0,3}$/u);
    fc.assert(
      fc.property(fc.array(noise, { minLength: 9, maxLength: 9 }), ([first = '', ...rest]) => {
        const typed =
          first + Array.from('7K3M01XZ', (character, at) => character + (rest[at] ?? '')).join('');
        // Symbols such as ™ are letters when they are decomposed, so they make another text.
        fc.pre(/^[7K3M01XZ]{8}$/u.test(typed.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '')));
        expect(parseCode(typed)).toBe('7K3M01XZ');
      }),
    );
  });

  test('as it is displayed is the code', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ')),
          minLength: 8,
          maxLength: 8,
        }),
        (code) => {
          expect(displayCode(code)).toMatch(/^[^-]{4}-[^-]{4}$/);
          expect(parseCode(displayCode(code))).toBe(code);
          expect(parseCode(displayCode(code).toLowerCase())).toBe(code);
        },
      ),
    );
  });
});
