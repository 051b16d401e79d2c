import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { createSignatureCheck } from '../../adapters/servicenow/webhook-signature.ts';
import { parseEvent } from '../../adapters/servicenow/event.ts';
import { normalizeCompanyName } from '../../core/partners/company-name.ts';
import { answersFor } from '../../functions/credential-pickup/answers.ts';
import { readCode } from '../../functions/credential-pickup/read-code.ts';
import { acceptable, requestOf } from './acceptable.ts';
import { anyBody, deployment, nearlyRight, oneOdd } from './payloads.ts';
import { patience, runs } from './runs.ts';
import { hostile, huge } from './strings.ts';

describe('WF-1 what ServiceNow sends', () => {
  const paths = new Set([
    ...[
      'sys_id',
      'number',
      'cat_item',
      'opened_by',
      'requested_for',
      'request_item',
      'state',
      'variables',
    ].map((name) => `/${name}`),
    ...[
      'environment',
      'region',
      'company',
      'description',
      'first_name',
      'last_name',
      'email',
      'telephone',
      'user_id',
      'user_role',
      'ewacs_product_name',
      'ip_addresses',
      'ewacs_account_created',
      'ewacs_user_id',
    ].map((name) => `/variables/${name}`),
    ...['__proto__', 'constructor', 'prototype'].flatMap((name) => [`/${name}`, `/variables/${name}`]),
  ]);

  test(
    'is read whatever it is; each fault names a field of ours in plain words, and repeats only what looks like an address',
    () => {
      fc.assert(
        fc.property(
          fc.oneof(
            anyBody.map((body) => body.toString()),
            nearlyRight,
          ),
          (body) => {
            const event = parseEvent(body, deployment);
            if (event.outcome !== 'invalid') return;
            expect(event.faults.length).toBeGreaterThan(0);
            expect(event.faults.length).toBeLessThan(150);
            for (const { path, code, allowed } of event.faults) {
              expect(paths).toContain(path);
              expect(code).toMatch(/^[a-z_]{1,30}$/u);
              expect(allowed).toMatch(/^[\x20-\x7e]{1,300}\.$/u);
              expect(allowed.replace(/^Entry \d{1,3} \([0-9a-f:./-]{1,60}\): /iu, '')).not.toMatch(
                /script|onerror|proto|constructor|toString|alert/u,
              );
            }
          },
        ),
        runs(1000),
      );
    },
    patience,
  );

  test(
    'is composed where it is accepted, on as many lines as it may be, and free of what turns or marks up text',
    () => {
      fc.assert(
        fc.property(
          fc.oneof(
            acceptable.map((particulars) => JSON.stringify(requestOf('RITM0000001', particulars))),
            { weight: 4, arbitrary: oneOdd },
          ),
          (body) => {
            const event = parseEvent(body, deployment);
            if (event.outcome !== 'request') return;
            const { description, ipRanges, ticket, ...lines } = event.request;
            for (const text of [...Object.values(lines).map(String), ...Object.values(ticket), ...ipRanges]) {
              expect(text).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069<>]/u);
              expect(text).toBe(text.normalize('NFC').trim());
            }
            expect(description).not.toMatch(/[^\P{Cc}\t\n]|[\p{Cs}\u202a-\u202e\u2066-\u2069<>]/u);
            expect(normalizeCompanyName(lines.company)).not.toBe('');
          },
        ),
        runs(800),
      );
    },
    patience,
  );

  test(
    'is signed only by a signature of ours',
    () => {
      const secret = `whsec_${Buffer.from('a secret of the tests alone').toString('base64')}`;
      const isSigned = createSignatureCheck(secret);
      const now = Math.floor(Date.now() / 1000);
      const right = new Webhook(secret).sign('msg_1', new Date(now * 1000), '{}');
      const text = fc.oneof(
        hostile,
        huge,
        fc.constantFrom(
          '',
          'NaN',
          '-1',
          '0',
          '1e999',
          '99999999999999999999',
          'v1,',
          right,
          right.slice(0, -1),
          right.repeat(50),
          `v1a,${right.slice(3)}`,
        ),
      );
      fc.assert(
        fc.property(
          fc.dictionary(fc.constantFrom('webhook-id', 'webhook-timestamp', '__proto__', 'constructor'), text),
          text,
          text,
          (headers, signature, body) => {
            expect(
              isSigned(body, {
                'webhook-id': 'msg_1',
                'webhook-timestamp': String(now),
                'webhook-signature': signature,
                ...headers,
              }),
            ).toBe(false);
          },
        ),
        runs(500),
      );
      expect(
        isSigned('{}', {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(now),
          'webhook-signature': `v1,AAAA ${right}`,
        }),
      ).toBe(true);
    },
    patience,
  );
});

describe('X-5 what is posted to a link', () => {
  const types = fc.oneof(
    fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'APPLICATION/JSON ; charset=x',
      undefined,
    ),
    hostile,
  );
  const name = fc.oneof({ weight: 3, arbitrary: fc.constant('code') }, hostile);
  const bodies = fc.oneof(
    anyBody,
    fc
      .array(fc.tuple(name, fc.oneof(hostile, huge)), { maxLength: 4 })
      .map((fields) => Buffer.from(fields.map((field) => field.join('=')).join('&'))),
    fc
      .array(fc.tuple(name, fc.json()), { maxLength: 4 })
      .map((fields) =>
        Buffer.from(`{${fields.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
      ),
  );

  test(
    'is a code in its normal form, or the answer says in plain words what is missing',
    () => {
      fc.assert(
        fc.property(types, bodies, (type, body) => {
          const read = readCode(type, body);
          if ('code' in read) {
            expect(read).toEqual({ code: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{8}$/u) as string });
          } else {
            expect([
              [413, 'too_large'],
              [415, 'unsupported_media_type'],
              [422, 'code_missing'],
              [422, 'code_malformed'],
            ]).toContainEqual([read.refusal.status, read.refusal.code]);
            expect(read.refusal.title).toMatch(/^[\w ,.:/-]{1,120}$/u);
          }
        }),
        runs(1000),
      );
    },
    patience,
  );

  test(
    'is answered in HTML or JSON, whatever is accepted, and kept by nobody',
    () => {
      const list = fc
        .array(
          fc.oneof(
            hostile,
            huge,
            fc.constantFrom('text/html', '*/*', 'application/json;q=0', 'text/html;q=1e999', ';q=', '"', '/'),
          ),
          { maxLength: 8 },
        )
        .map((parts) => parts.join(','));
      fc.assert(
        fc.property(fc.oneof(list, fc.constant(undefined)), (accept) => {
          const { headers, body } = answersFor(accept).wrongCode(3);
          const inEveryForm = {
            'cache-control': 'no-store',
            'x-content-type-options': 'nosniff',
            'referrer-policy': 'no-referrer',
          };
          if (headers['content-type'] === 'application/problem+json') {
            expect(headers).toEqual({ ...inEveryForm, 'content-type': 'application/problem+json' });
            expect(JSON.parse(body)).toMatchObject({ status: 403, code: 'wrong_code', triesLeft: 3 });
          } else {
            expect(headers).toEqual({
              ...inEveryForm,
              'content-type': 'text/html; charset=utf-8',
              'content-security-policy': expect.stringMatching(/^default-src 'none'; /u) as string,
            });
          }
        }),
        runs(1000),
      );
    },
    patience,
  );
});
