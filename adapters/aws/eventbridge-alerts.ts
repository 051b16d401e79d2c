import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { Unavailable } from '../../core/errors.ts';
import type { Alerts } from '../../core/workflow/ports.ts';
import type { TrustAlerts } from '../../core/trust/sweep.ts';
import { awsCalls } from './errors.ts';

const eventBridge = awsCalls('eventbridge');

/**
 * Raises onboarding alerts as events of source `sallyport` on the account's default bus. The alert is the
 * event's detail.
 */
export const createAlerts = ({ client }: Options): Alerts => ({
  raise: (alert) => put(client, 'Onboarding Needs Operator', alert),
});
/** Raises alerts about trusted issuers and keys in the same way. */
export const createTrustAlerts = ({ client }: Options): TrustAlerts => ({
  raise: (alert) => put(client, 'Trust Needs Operator', alert),
});

interface Options {
  readonly client: EventBridgeClient;
}

async function put(client: EventBridgeClient, DetailType: string, detail: object): Promise<void> {
  const { FailedEntryCount, Entries } = await eventBridge.effect('PutEvents', () =>
    client.send(
      new PutEventsCommand({
        Entries: [{ Source: 'sallyport', DetailType, Detail: JSON.stringify(detail) }],
      }),
    ),
  );
  if (FailedEntryCount === 0) return;
  throw new Unavailable({
    service: 'eventbridge',
    operation: 'PutEvents',
    detail: Entries?.[0]?.ErrorCode ?? 'not taken',
  });
}
