import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RequestHeaders } from '../../adapters/http/sender-check.ts';
import { createSignatureCheck } from '../../adapters/servicenow/webhook-signature.ts';

const body = '{"type":"sc_req_item.submitted","company":"Zoë 🏦"}';
const [one, other] = [Buffer.from('the first key'), Buffer.from('the second key')];
const secretOf = (key: Buffer): string => `whsec_${key.toString('base64')}`;
const isSigned = createSignatureCheck(secretOf(one));

/** By the words of the specification: HMAC-SHA256 over id, timestamp and body. */
function signed(text = body, { key = one, id = 'msg_1', ahead = 0 } = {}): RequestHeaders {
  const timestamp = String(Math.floor(Date.now() / 1000) + ahead);
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
    'content-type': 'application/json',
    absent: undefined,
  };
}

describe('WF-1 a webhook', () => {
  test.each([body, '', 'no JSON', '[', '\u0000'])(
    "with the body %j and its signature is ServiceNow's",
    (text) => {
      expect(isSigned(text, signed(text))).toBe(true);
    },
  );

  test('may carry the signatures of several keys', () => {
    const headers = signed();
    expect(
      isSigned(body, {
        ...headers,
        'webhook-signature': `v1,${'A'.repeat(43)}= v1a,x v2,y ${headers['webhook-signature'] ?? ''}`,
      }),
    ).toBe(true);
  });

  test.each([
    ['of another body', signed(`${body} `)],
    ['of another key', signed(body, { key: other })],
    ['of another id', { ...signed(), 'webhook-id': 'msg_2' }],
    ['of another moment', { ...signed(), 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 1) }],
    ['without a version', { ...signed(), 'webhook-signature': signed()['webhook-signature']?.slice(3) }],
    [
      'of another version',
      { ...signed(), 'webhook-signature': signed()['webhook-signature']?.replace('v1,', 'v2,') },
    ],
    ['cut off', { ...signed(), 'webhook-signature': signed()['webhook-signature']?.slice(0, -5) }],
    ['that is none', { ...signed(), 'webhook-signature': 'v1' }],
    ['without an id', { ...signed(), 'webhook-id': undefined }],
    ['without a timestamp', { ...signed(), 'webhook-timestamp': undefined }],
    ['without a signature', { ...signed(), 'webhook-signature': undefined }],
    ['with a timestamp that is none', { ...signed(), 'webhook-timestamp': 'today' }],
  ])('with a signature %s is not', (_what, headers) => {
    expect(isSigned(body, headers)).toBe(false);
  });

  // Threat T-2
  test('is believed for five minutes, and five minutes ahead', () => {
    expect([-290, 290].map((ahead) => isSigned(body, signed(body, { ahead })))).toEqual([true, true]);
    expect([-310, 310].map((ahead) => isSigned(body, signed(body, { ahead })))).toEqual([false, false]);
  });

  test('is believed by either key while one replaces the other', () => {
    const both = createSignatureCheck(` ${secretOf(one)}\n${secretOf(other)} `);
    expect([one, other, Buffer.from('a third')].map((key) => both(body, signed(body, { key })))).toEqual([
      true,
      true,
      false,
    ]);
  });

  // Threat T-1
  test('is refused, never an error, whatever its headers hold', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('v1,', 'v1,=', 'v1,A', '0', '1e99', '-1', 'NaN'),
    );
    fc.assert(
      fc.property(value, value, value, (id, timestamp, signature) => {
        expect(
          isSigned(body, {
            'webhook-id': id,
            'webhook-timestamp': timestamp,
            'webhook-signature': signature,
          }),
        ).toBe(false);
        expect(isSigned(body, { ...signed(), 'webhook-signature': signature })).toBe(false);
      }),
    );
  });
});

test('a secret that is missing stops the function at its start', () => {
  expect(() => createSignatureCheck(' ')).toThrow();
  expect(() => createSignatureCheck('whsec_')).toThrow();
});
