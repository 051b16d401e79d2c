import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createAlerts } from '../../adapters/aws/eventbridge-alerts.ts';

/** Returns what alerting the operators needs. */
export function dependencies() {
  return { alerts: createAlerts({ client: new EventBridgeClient(clientSettings({ maxAttempts: 3 })) }) };
}
