import type { SendEvent } from '../aws/ses.ts';
import type { SourceEvent } from './event-bus.ts';

/**
 * Returns the pattern of an address of SES's mailbox simulator, with or without a label:
 * https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html
 */
const simulated = (name: string): RegExp =>
  new RegExp(`^${name}(?:\\+[^@]*)?@simulator\\.amazonses\\.com$`, 'i');
const detailTypes = {
  Send: 'Email Sent',
  Bounce: 'Email Bounced',
  Complaint: 'Email Complaint Received',
} as const;

/**
 * Returns the events that SES's configuration set publishes about a mail, in EventBridge's format. Each tag
 * is a list.
 */
export function mailEvents({ messageId, tags, recipients }: SendEvent): SourceEvent[] {
  const lists = Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]]));
  const event = (eventType: keyof typeof detailTypes, particulars: object): SourceEvent => ({
    source: 'aws.ses',
    detailType: detailTypes[eventType],
    detail: { eventType, mail: { messageId, tags: lists }, ...particulars },
  });
  const to = (name: string): boolean => recipients.some((recipient) => simulated(name).test(recipient));
  return [
    event('Send', { send: {} }),
    ...(to('bounce')
      ? [event('Bounce', { bounce: { bounceType: 'Permanent', bounceSubType: 'General' } })]
      : []),
    ...(to('complaint') ? [event('Complaint', { complaint: { complaintFeedbackType: 'abuse' } })] : []),
  ];
}
