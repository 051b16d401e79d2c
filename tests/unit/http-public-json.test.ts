import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPublicJson } from '../../adapters/http/public-json.ts';
import { AddressRefused } from '../../adapters/http/public-exchange.ts';
import { Unavailable } from '../../core/errors.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';

let served: Served;
let answer: (request: Request) => Response | Promise<Response>;
let asked: string[];
beforeAll(async () => {
  served = await serve(
    {
      fetch: (request) => {
        asked.push(request.url);
        return answer(request);
      },
    },
    0,
  );
});
afterAll(async () => served.close());

const name = { service: 'jwks', operation: 'GetKeys' } as const;
const onTwin = createPublicJson({ ...name, loopback: true, timeoutMilliseconds: 300, maxAnswerBytes: 1000 });
const inCloud = createPublicJson({ ...name, loopback: false, timeoutMilliseconds: 300 });
const port = () => new URL(served.url).port;

describe('a document at an address that a partner supplied', () => {
  test('is read', async () => {
    answer = () => Response.json({ keys: [] });
    asked = [];
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await onTwin(`http://${host}:${port()}/keys?v=1`)).toEqual({ keys: [] });
    }
    expect(asked.map((url) => new URL(url).pathname)).toEqual(['/keys', '/keys']);
  });

  test.each<[what: string, reply: () => Response | Promise<Response>, detail: string]>([
    ['is not there', () => new Response('{}', { status: 404 }), 'HTTP 404'],
    ['is elsewhere', () => new Response(null, { status: 302, headers: { location: '/other' } }), 'HTTP 302'],
    ['is no JSON', () => new Response('<html>secret</html>'), 'not JSON'],
    ['is too large', () => Response.json('x'.repeat(1001)), 'over 1000 bytes'],
    [
      'never ends',
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => {
              controller.enqueue(Buffer.from('{'));
            },
          }),
        ),
      'time-out',
    ],
    [
      'never comes',
      () =>
        new Promise<Response>((resolve) => {
          setTimeout(() => {
            resolve(new Response('{}'));
          }, 600);
        }),
      'time-out',
    ],
  ])('that %s is not had', async (_what, reply, detail) => {
    answer = reply;
    asked = [];
    await expect(onTwin(`${served.url}/keys`)).rejects.toThrow(new Unavailable({ ...name, detail }));
    expect(asked).toHaveLength(1);
  });

  test('where nobody answers is not had', async () => {
    await expect(onTwin('http://127.0.0.1:1/')).rejects.toThrow(
      new Unavailable({ service: 'jwks', operation: 'GetKeys', detail: 'ECONNREFUSED' }),
    );
    await expect(inCloud('https://nobody.invalid/')).rejects.toThrow(
      new Unavailable({ service: 'jwks', operation: 'GetKeys', detail: 'ENOTFOUND' }),
    );
  });
});

describe('an address', () => {
  const loopback = [
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '2130706433',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost',
  ];
  const inside = [
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '[::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::a00:1]',
    '[2002:7f00:1::]',
    '[2001:0:a00:1::]',
    '224.0.0.1',
    '255.255.255.255',
  ];

  // Threat T-66
  test.each([...loopback, ...inside])('https://%s is not called', async (host) => {
    asked = [];
    await expect(inCloud(`https://${host}:${port()}/keys`)).rejects.toThrow(
      new AddressRefused('The address must be public.'),
    );
    expect(asked).toEqual([]);
  });

  // Threat T-66
  test.each(inside)('https://%s is not called by the twin either', async (host) => {
    await expect(onTwin(`https://${host}/keys`)).rejects.toThrow(
      new AddressRefused('The address must be public.'),
    );
  });

  test.each([
    ['http://keys.acme.example/', 'The address must begin with https://.'],
    ['http://127.0.0.1/', 'The address must begin with https://.'],
    ['ftp://keys.acme.example/', 'The address must begin with https://.'],
    ['file:///etc/passwd', 'The address must begin with https://.'],
    ['data:application/json,{}', 'The address must begin with https://.'],
    ...[
      'keys.acme.example',
      'https://user:password@keys.acme.example/',
      'https://keys.acme.example/#part',
      `https://keys.acme.example/${'x'.repeat(2000)}`,
      '',
      'https://',
    ].map((address) => [
      address,
      'The address must be an https URL of at most 2000 characters, without user, password and fragment.',
    ]),
  ])('%s is refused', async (address, message) => {
    await expect(inCloud(address)).rejects.toThrow(new AddressRefused(message));
  });
});
