import type { SendEvent } from '../aws/ses.ts';
import type { SourceEvent } from './event-bus.ts';

/** SES's mailbox simulator, with or without a label: https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html */
const simulated = (name: string): RegExp =>
  new RegExp(`^${name}(?:\\+[^@]*)?@simulator\\.amazonses\\.com$`, 'i');
const detailTypes = {
  Send: 'Email Sent',
  Bounce: 'Email Bounced',
  Complaint: 'Email Complaint Received',
} as const;

/** What SES's configuration set puts on the bus about a mail, as EventBridge has it: every tag is a list. */
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
