import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEvent } from '../../adapters/servicenow/event.ts';
import { webhookSecret } from '../../clients/webhook.ts';
import { requestFor } from '../journeys/requests.ts';
import { problem, type WholeAnswer } from '../journeys/whole-answer.ts';
import { rawRequest } from '../support/raw-request.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import { anyBody, deployment, nearlyRight } from './payloads.ts';
import { patience, runs } from './runs.ts';
import { everythingStored, oddLinesIn, postSigned } from './watched-twin.ts';

const badSignature = problem(
  401,
  'bad_signature',
  'The Standard Webhooks signature is missing, wrong, or more than five minutes old or ahead.',
  {},
  { 'www-authenticate': 'Standard-Webhooks realm="sallyport"' },
);
const tooLarge = problem(413, 'too_large', 'The body is larger than 64 KB.');
const unknownTicket = problem(404, 'unknown_ticket', 'No onboarding waits for this task.');

/** What a signed body that starts nothing is answered: what the rules say of it, whatever it travelled through. */
function answerTo(body: Buffer): WholeAnswer | undefined {
  if (body.length > 65_536) return tooLarge;
  const event = parseEvent(body.toString(), deployment);
  switch (event.outcome) {
    case 'malformed':
      return problem(400, 'malformed', event.problem);
    case 'invalid':
      return problem(422, 'invalid_request', 'The request breaks the rules listed in errors.', {
        errors: event.faults,
      });
    case 'task-closed':
      return unknownTicket;
    case 'request':
      return undefined;
  }
}

// Threat T-6
describe('WF-1 POST /webhooks/servicenow takes anything, and keeps nothing that it refuses', () => {
  let twin: TestTwin;
  let stored: readonly unknown[];
  beforeAll(async () => {
    twin = await startTestTwin();
    stored = await everythingStored(twin);
  });
  afterAll(() => twin.stop());

  test(
    'signed, of any type, twenty at once',
    async () => {
      const sent = fc.record({
        body: fc
          .oneof(
            { weight: 5, arbitrary: anyBody },
            { weight: 5, arbitrary: nearlyRight.map((text) => Buffer.from(text)) },
            nearlyRight.map((text) => gzipSync(text)),
          )
          .filter((body) => answerTo(body) !== undefined),
        headers: fc.dictionary(
          fc.constantFrom(
            'content-type',
            'content-encoding',
            'accept',
            'x-forwarded-for',
            '__proto__',
            'constructor',
          ),
          fc.constantFrom(
            'text/plain',
            'gzip',
            'application/json; charset=utf-16',
            'multipart/form-data',
            '\xff',
            '',
          ),
        ),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 20, size: 'max' }), async (requests) => {
          expect(
            await Promise.all(requests.map(({ body, headers }) => postSigned(twin, body, headers))),
          ).toEqual(requests.map(({ body }) => answerTo(body)));
          expect(await everythingStored(twin)).toEqual(stored);
        }),
        runs(12),
      );
    },
    patience,
  );

  // Threat T-1
  test(
    'signed by nobody we know, twenty at once',
    async () => {
      const body = JSON.stringify(requestFor('RITM0050000'));
      const now = new Date();
      const right = {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': new Webhook(webhookSecret()).sign('msg_1', now, body),
      };
      /** Whatever a header's value may be on the wire. */
      const wire = fc.string({
        unit: fc
          .integer({ min: 0x20, max: 0xff })
          .filter((code) => code !== 0x7f)
          .map((code) => String.fromCharCode(code)),
        maxLength: 60,
      });
      const wrong = {
        'webhook-id': fc.oneof(wire, fc.constantFrom('', 'msg_1.', 'msg_2', 'x'.repeat(8000), '../..')),
        'webhook-timestamp': fc.oneof(
          wire.filter((text) => Number.isNaN(parseInt(text))),
          fc.constantFrom('', 'NaN', 'null', '0', '-1', '1e999', 'Infinity', '9'.repeat(4000)),
          fc.integer({ min: 301 }).map((ahead) => String(Math.floor(now.getTime() / 1000) + 60 + ahead)),
        ),
        'webhook-signature': fc.oneof(
          wire,
          fc.constantFrom(
            '',
            'v1',
            'v1,',
            `v2,${right['webhook-signature'].slice(3)}`,
            right['webhook-signature'].slice(0, -2),
            'v1,A '.repeat(2500),
            new Webhook(webhookSecret()).sign('msg_1', now, `${body} `),
          ),
        ),
      };
      const names = fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature');
      const forged = fc.tuple(names, fc.constantFrom('instead', 'gone', 'last')).chain(([name, how]) =>
        wrong[name].map((value): [string, string][] => {
          const others = Object.entries(right).filter(([other]) => other !== name);
          // Of a repeated header API Gateway hands on the last.
          return how === 'gone'
            ? others
            : how === 'last'
              ? [...others, [name, right[name]], [name, value]]
              : [...others, [name.toUpperCase(), value]];
        }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(forged, { minLength: 1, maxLength: 20, size: 'max' }), async (requests) => {
          const answers = await Promise.all(
            requests.map((headers) =>
              rawRequest(twin.urls.gateway, { method: 'POST', path: '/webhooks/servicenow', headers, body }),
            ),
          );
          expect(
            answers.map(({ status, body: told }) => ({ status, body: JSON.parse(told) as unknown })),
          ).toEqual(requests.map(() => ({ status: 401, body: badSignature.body })));
          expect(await everythingStored(twin)).toEqual(stored);
        }),
        runs(8),
      );
    },
    patience,
  );

  test('and its log is short lines of JSON without a fault of ours', () => {
    expect(oddLinesIn(twin)).toEqual([]);
  });
});
