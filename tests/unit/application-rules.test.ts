import { describe, expect, test } from 'vitest';
import { isBrowserAddress } from '../../core/applications/application-rules.ts';

// Threat T-120
describe('OAU-3 an address that browsers are sent to', () => {
  test.each([
    'https://portal.company.example/callback',
    'https://portal.company.example',
    'https://portal.company.example/',
    'https://portal.company.example:8443/callback?kept=1&b=%20c',
  ])('%s can be registered', (address) => {
    expect(isBrowserAddress(address, false)).toBe(true);
  });

  test.each([
    'http://portal.company.example/callback',
    'http://localhost/callback',
    'javascript:alert(1)',
    'https:portal.company.example/callback',
    'https:\\\\portal.company.example\\callback',
    ' https://portal.company.example/callback',
    'https://portal.company.example/call\tback',
    'https://portal.company.example/\u202Ecallback',
    'https://PORTAL.company.example/callback',
    'https://portal.company.example/a/../callback',
    'https://*.company.example/callback',
    'https://user@portal.company.example/callback',
    'https://portal.company.example/callback#x',
    'https://portal.company.example/callback#',
    'https://portal.company.example/callback?code=1',
    'https://portal.company.example/callback?a=1&iss=x',
    '/callback',
    '',
    `https://portal.company.example/${'x'.repeat(2000)}`,
  ])('%j cannot be registered', (address) => {
    expect(isBrowserAddress(address, false)).toBe(false);
  });

  test('is one of this machine on the twin alone', () => {
    for (const address of ['http://localhost:4000/callback', 'http://127.0.0.1:4000/callback']) {
      expect(isBrowserAddress(address, true)).toBe(true);
      expect(isBrowserAddress(address, false)).toBe(false);
    }
  });
});
