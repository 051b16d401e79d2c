import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAlerts, createTrustAlerts } from '../../adapters/aws/eventbridge-alerts.ts';
import { Unavailable } from '../../core/errors.ts';
import type { SourceEvent } from '../../local/events/event-bus.ts';
import { serve } from '../../local/kernel/serve.ts';
import { type AwsTwin, errorUnderFault, startAwsTwin } from '../support/aws-twin.ts';

const alert = {
  onboardingId: 'RITM0010001-b2b-onboarding-DEV-1',
  ticketNumber: 'RITM0010001',
  status: 'Stopped',
  reasons: [{ code: 'aborted', sentence: 'The execution was stopped by hand.' }],
} as const;
/** The same alert as core raises it. */
const raised = { executionId: alert.onboardingId, status: alert.status, reasons: alert.reasons };
const published: SourceEvent[] = [];

describe('X-4 alerts, against the twin', () => {
  let twin: AwsTwin;
  let client: EventBridgeClient;
  beforeAll(async () => {
    twin = await startAwsTwin(() => ({
      onPut: (event) => {
        published.push(event);
      },
    }));
    client = new EventBridgeClient(twin.client);
  });
  beforeEach(() => {
    published.length = 0;
  });
  afterAll(async () => {
    client.destroy();
    await twin.stop();
  });

  it("are events of the account's bus", async () => {
    await createAlerts({ client }).raise(raised);
    expect(published).toEqual([
      { source: 'sallyport', detailType: 'Onboarding Needs Operator', detail: alert },
    ]);
    const ofTrust = {
      issuer: 'https://portal.acme.example',
      partnerId: 'acme',
      about: 'keys_unreadable',
      reasons: ['unreadable'],
    } as const;
    await createTrustAlerts({ client }).raise(ofTrust);
    expect(published.at(-1)).toEqual({
      source: 'sallyport',
      detailType: 'Trust Needs Operator',
      detail: ofTrust,
    });
  });

  it.each([
    ['throttle', 'Throttled'],
    ['fail-before', 'OutcomeUnknown'],
    ['garbage', 'OutcomeUnknown'],
    ['reject', 'Defect'],
  ] as const)('under %s end as %s', async (mode, name) => {
    twin.faults.add([{ service: 'eventbridge', operation: 'PutEvents', mode, times: 1 }]);
    await expect(createAlerts({ client }).raise(raised)).rejects.toThrow(
      errorUnderFault(name, 'eventbridge', 'PutEvents', mode),
    );
  });

  // Failure F-11
  it('end as Unavailable if EventBridge takes the request, but does not take the event', async () => {
    const served = await serve(
      {
        fetch: () =>
          Response.json({
            FailedEntryCount: 1,
            Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'no' }],
          }),
      },
      0,
    );
    const elsewhere = new EventBridgeClient({ ...twin.client, endpoint: served.url });
    try {
      await expect(createAlerts({ client: elsewhere }).raise(raised)).rejects.toThrow(
        new Unavailable({ service: 'eventbridge', operation: 'PutEvents', detail: 'InternalFailure' }),
      );
    } finally {
      elsewhere.destroy();
      await served.close();
    }
  });

  it('of several entries the twin takes those that are right, as AWS does', async () => {
    const { FailedEntryCount, Entries } = await client.send(
      new PutEventsCommand({
        Entries: [
          { Source: 'sallyport', DetailType: 'x', Detail: 'no object' },
          { Source: 'sallyport', DetailType: 'y', Detail: '{"z":1}' },
        ],
      }),
    );
    expect({ FailedEntryCount, codes: Entries?.map(({ ErrorCode }) => ErrorCode) }).toEqual({
      FailedEntryCount: 1,
      codes: ['InvalidArgument', undefined],
    });
    expect(published.at(-1)).toEqual({ source: 'sallyport', detailType: 'y', detail: { z: 1 } });
  });
});
