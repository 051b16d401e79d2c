import { describe, expect, test } from 'vitest';
import { isMeantFor, sessionAudience } from '../../core/trust/token-use.ts';

const publicUrl = 'https://access.company.example';
const login = [sessionAudience(publicUrl)];
const plain = ['urn:sallyport'];

describe("JWT-4 what a third party's token is for", () => {
  // Threat T-91
  test.each([
    ['session', ['session'], plain, true],
    ['session', ['session'], login, true],
    ['session', ['session', 'assertion'], plain, true],
    ['session', ['session', 'bearer'], plain, false],
    ['session', ['session', 'bearer'], login, true],
    ['session', ['session', 'bearer'], [...plain, ...login], true],
    ['session', ['bearer'], login, false],
    ['bearer', ['session', 'bearer'], plain, true],
    ['bearer', ['session', 'bearer'], login, false],
    ['bearer', ['bearer'], [...plain, ...login], false],
    ['assertion', ['assertion'], plain, true],
    ['assertion', ['assertion', 'session'], login, false],
    ['assertion', ['session'], plain, false],
  ] as const)('%s by an issuer of %j with the audience %j: %s', (use, uses, audience, meant) => {
    expect(isMeantFor(use, { uses }, audience, publicUrl)).toBe(meant);
  });
});
