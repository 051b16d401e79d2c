import type { SendEvent } from '../aws/ses.ts';
import type { SourceEvent } from './event-bus.ts';

/** SES's Send event as EventBridge has it: every tag is a list. */
export function emailSent({ messageId, tags }: SendEvent): SourceEvent {
  const lists = Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]]));
  return { source: 'aws.ses', detailType: 'Email Sent', detail: { eventType: 'Send', mail: { messageId, tags: lists }, send: {} } };
}
