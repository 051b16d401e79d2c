import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { Unavailable } from '../../core/errors.ts';
import { ticketNumberOf } from '../../core/onboarding/ids.ts';
import type { Alert, Alerts } from '../../core/workflow/ports.ts';
import type { TrustAlerts } from '../../core/trust/sweep.ts';
import { awsCalls } from './errors.ts';

const eventBridge = awsCalls('eventbridge');

/**
 * Raises a workflow's alerts as events of source `sallyport` on the account's default bus.
 * @param detailType by which a rule finds the workflow's alerts
 * @param detailOf returns an alert as the event's detail
 */
export const createWorkflowAlerts = (
  { client }: Options,
  detailType: string,
  detailOf: (alert: Alert) => object,
): Alerts => ({
  raise: (alert) => put(client, detailType, detailOf(alert)),
});
/** Raises the onboarding's alerts. */
export const createAlerts = (options: Options): Alerts =>
  createWorkflowAlerts(options, 'Onboarding Needs Operator', ({ executionId, ...alert }) => ({
    onboardingId: executionId,
    ticketNumber: ticketNumberOf(executionId),
    ...alert,
  }));
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
