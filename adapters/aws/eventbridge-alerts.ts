import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { Unavailable } from '../../core/errors.ts';
import type { Alerts } from '../../core/onboarding/ports.ts';
import { awsCalls } from './errors.ts';

const eventBridge = awsCalls('eventbridge');

/** Alerts as events on the account's default bus: source `sallyport`, the detail is the alert. */
export function createAlerts({ client }: { readonly client: EventBridgeClient }): Alerts {
  return {
    raise: async (alert) => {
      const { FailedEntryCount, Entries } = await eventBridge.effect('PutEvents', () => client.send(new PutEventsCommand({
        Entries: [{ Source: 'sallyport', DetailType: 'Onboarding Needs Operator', Detail: JSON.stringify(alert) }],
      })));
      if (FailedEntryCount === 0) return;
      throw new Unavailable({ service: 'eventbridge', operation: 'PutEvents', detail: Entries?.[0]?.ErrorCode ?? 'not taken' });
    },
  };
}
