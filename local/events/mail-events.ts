import type { SendEvent } from '../aws/ses.ts';
import type { SourceEvent } from './event-bus.ts';

const delivery = ['Delivery', { delivery: {} }] as const;
const bounce = (bounceType: string, bounceSubType: string) =>
  ['Bounce', { bounce: { bounceType, bounceSubType } }] as const;

/**
 * The addresses of SES's mailbox simulator, and what follows the Send event of a mail to each:
 * https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html
 */
const simulator: ReadonlyMap<string, readonly Particulars[]> = new Map(
  Object.entries({
    bounce: [bounce('Permanent', 'General')],
    complaint: [delivery, ['Complaint', { complaint: { complaintFeedbackType: 'abuse' } }]],
    ooto: [delivery, bounce('Transient', 'General')],
    suppressionlist: [bounce('Permanent', 'Suppressed')],
  } satisfies Readonly<Record<string, readonly Particulars[]>>),
);
const detailTypes = {
  Send: 'Email Sent',
  Delivery: 'Email Delivered',
  Bounce: 'Email Bounced',
  Complaint: 'Email Complaint Received',
} as const;
type Particulars = readonly [keyof typeof detailTypes, object];

/** Returns what follows the Send event. Any address of the simulator may have a label. */
function eventsAfterSend(recipient: string): readonly Particulars[] {
  const [, name = ''] = /^([^@+]+)(?:\+[^@]*)?@simulator\.amazonses\.com$/iu.exec(recipient) ?? [];
  return simulator.get(name.toLowerCase()) ?? [delivery];
}

/**
 * Returns the events that SES's configuration set publishes about a mail, in EventBridge's format. Each tag
 * is a list.
 */
export function mailEvents({ messageId, tags, recipients }: SendEvent): SourceEvent[] {
  const lists = Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]]));
  const send: Particulars = ['Send', { send: {} }];
  return [send, ...recipients.flatMap(eventsAfterSend)].map(([eventType, particulars]) => ({
    source: 'aws.ses',
    detailType: detailTypes[eventType],
    detail: { eventType, mail: { messageId, tags: lists }, ...particulars },
  }));
}
