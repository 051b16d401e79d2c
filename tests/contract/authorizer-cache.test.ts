import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthorizerCache } from '../../adapters/aws/authorizer-cache.ts';
import { createLaterFlush } from '../../adapters/aws/later-flush.ts';
import { Defect, OutcomeUnknown, Throttled, Unavailable } from '../../core/errors.ts';
import { serve } from '../../local/kernel/serve.ts';
import type { SourceEvent } from '../../local/events/event-bus.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';

let twin: AwsTwin;
let flushes = 0;
const events: SourceEvent[] = [];
beforeAll(async () => {
  twin = await startAwsTwin({
    onFlush: () => {
      flushes += 1;
    },
    onPut: (event) => events.push(event),
  });
});
beforeEach(() => {
  twin.faults.clear();
  flushes = 0;
  events.length = 0;
});
afterAll(() => twin.stop());

const env = (url = twin.url) => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'twin',
  AWS_SECRET_ACCESS_KEY: 'twin',
});
const cacheOf = ({ restApiId = 'sallyport1', stage = 'dev' } = {}) =>
  createAuthorizerCache({ restApiId, stage, env: env() });

describe("X-8 the authorizer's answers", () => {
  test('are forgotten', async () => {
    await cacheOf().flush();
    expect(flushes).toBe(1);
  });

  test('of another API, or another stage, are not there', async () => {
    await expect(cacheOf({ restApiId: 'another' }).flush()).rejects.toThrow(
      new Defect({ service: 'apigateway', operation: 'FlushStageAuthorizersCache', detail: 'HTTP 404' }),
    );
    await expect(cacheOf({ stage: 'prod' }).flush()).rejects.toThrow(
      new Defect({ service: 'apigateway', operation: 'FlushStageAuthorizersCache', detail: 'HTTP 404' }),
    );
    expect(flushes).toBe(0);
  });

  test.each([
    ['fail-before', OutcomeUnknown, 'HTTP 503'],
    ['garbage', OutcomeUnknown, 'unreadable answer'],
    ['throttle', Throttled, 'HTTP 429'],
    ['reject', Defect, 'HTTP 400'],
  ] as const)('are told to be forgotten under %s: %o', async (mode, ErrorClass, detail) => {
    twin.faults.add([{ service: 'apigateway', operation: 'FlushStageAuthorizersCache', mode, times: 2 }]);
    await expect(cacheOf().flush()).rejects.toThrow(
      new ErrorClass({ service: 'apigateway', operation: 'FlushStageAuthorizersCache', detail }),
    );
  });

  test('are forgotten in a second try where the first one stumbles', async () => {
    twin.faults.add([
      { service: 'apigateway', operation: 'FlushStageAuthorizersCache', mode: 'fail-before', times: 1 },
    ]);
    await cacheOf().flush();
    expect(flushes).toBe(1);
  });

  test('are to be forgotten later: an event says when', async () => {
    await createLaterFlush({ env: env() }).at(new Date('2026-11-20T10:00:11Z'));
    expect(events).toEqual([
      { source: 'sallyport', detailType: 'Authorizer Flush Due', detail: { at: '2026-11-20T10:00:11.000Z' } },
    ]);
  });

  test('cannot be asked to be forgotten later where EventBridge does not answer', async () => {
    twin.faults.add([{ service: 'eventbridge', operation: 'PutEvents', mode: 'fail-before', times: 2 }]);
    await expect(createLaterFlush({ env: env() }).at(new Date())).rejects.toThrow(
      new OutcomeUnknown({ service: 'eventbridge', operation: 'PutEvents', detail: 'InternalException' }),
    );
  });

  test('are not, where EventBridge takes the request and does not take the event', async () => {
    const served = await serve(
      { fetch: () => Response.json({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] }) },
      0,
    );
    await expect(createLaterFlush({ env: env(served.url) }).at(new Date())).rejects.toThrow(
      new Unavailable({ service: 'eventbridge', operation: 'PutEvents', detail: 'not taken' }),
    );
    await served.close();
  });
});
