import { expect, test } from 'vitest';
import { sendAgainByGet } from '../../functions/sign-in/answers.ts';

const sentBy = (body: Buffer | string) =>
  sendAgainByGet('authorize', {
    method: 'POST',
    resource: '/oauth2/authorize',
    pathParameters: {},
    query: {},
    repeatedQuery: [],
    headers: {},
    body: Buffer.from(body),
    requestId: 'request-1',
    sourceIp: '203.0.113.1',
  });

test.each<[what: string, body: Buffer | string, query: string]>([
  ['as it is', 'client_id=client-1&state=a+b', 'client_id=client-1&state=a+b'],
  [
    'with what no header may have',
    'state=a\r\nset-cookie: x=y&a=\u00E9',
    'state=a%0D%0Aset-cookie%3A+x%3Dy&a=%C3%A9',
  ],
  ['with repeated names', 'a=1&a=2', 'a=1&a=2'],
  ['of bytes', Buffer.from([0xff, 0x00]), '%EF%BF%BD%00='],
])('OAU-3 a form is sent on by GET %s', (_what, body, query) => {
  expect(sentBy(body)).toMatchObject({ status: 303, headers: { location: `authorize?${query}` } });
});

test.each(['a'.repeat(8001), `state=${'\u00E9'.repeat(2000)}`])(
  'OAU-3 a form that is too long for an address is refused by a page',
  (body) => {
    expect(sentBy(body)).toMatchObject({
      status: 413,
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
  },
);
