import { describe, expect, test } from 'vitest';
import { parsePrivateKey } from '../../adapters/okta/assertion-signer.ts';
import { rsaPair } from '../support/rsa-keys.ts';

const jwk = rsaPair('first').privateKey.export({ format: 'jwk' });

describe('WF-4 the private key for Okta, as a secret holds it', () => {
  test('is taken where it is a key', () => {
    expect(parsePrivateKey(JSON.stringify({ ...jwk, kid: 'one' }))).toEqual({ ...jwk, kid: 'one' });
  });

  test.each([
    ['no JSON', 's3cret'],
    ['a public key', JSON.stringify({ kty: 'RSA', n: jwk.n, e: jwk.e })],
    ['members that are no key', JSON.stringify({ kty: 'RSA', n: 'x', e: 'AQAB', d: 'y' })],
    ['half of a key', JSON.stringify({ ...jwk, p: undefined })],
  ])('%s is refused when it is read, and not repeated', (_what, text) => {
    expect(() => parsePrivateKey(text)).toThrow(
      new TypeError('the Okta private key must be a private RSA key as a JWK in JSON'),
    );
  });
});
