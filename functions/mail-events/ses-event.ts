import * as z from 'zod/mini';
import type { MailReport } from '../../core/credentials/mail-report.ts';
import type { ReturnReason } from '../../core/credentials/records.ts';

const text = z.nullish(z.string());

/**
 * An event of SES from EventBridge. Mails that Sallyport did not send have no tag `row`, so they are ignored:
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-eventbridge-examples.html
 */
const sesEvent = z.object({
  detail: z.object({
    eventType: z.string(),
    mail: z.object({ tags: z.object({ row: z.tuple([z.string()]) }) }),
    bounce: z.nullish(z.object({ bounceType: text, bounceSubType: text })),
    complaint: z.nullish(z.object({ complaintSubType: text, complaintFeedbackType: text })),
  }),
});
type Detail = z.infer<typeof sesEvent>['detail'];

/** Subtypes of mails that SES took and did not try to deliver, because of a list that the address is on. */
const suppressed: ReadonlySet<string> = new Set([
  'suppressed',
  'onaccountsuppressionlist',
  'unsubscribedrecipient',
]);

const returnReasons: ReadonlyMap<string, ReturnReason> = new Map([
  ['mailboxfull', 'mailbox-full'],
  ['messagetoolarge', 'too-large'],
  ['contentrejected', 'content-rejected'],
  ['attachmentrejected', 'attachment-rejected'],
  ['customtimeoutexceeded', 'not-in-time'],
]);

const normalized = (value: string | null | undefined): string => value?.trim().toLowerCase() ?? '';

/**
 * Only a permanent bounce says that the mail was not delivered. `Transient` with `General` is also what an
 * automatic reply is reported as, and `Undetermined` says nothing:
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html#event-publishing-retrieving-sns-contents-bounce-object
 */
function readBounce(bounce: Detail['bounce']): MailReport {
  const subtype = normalized(bounce?.bounceSubType);
  if (suppressed.has(subtype)) return { status: 'suppressed' };
  if (normalized(bounce?.bounceType) === 'permanent') return { status: 'bounced' };
  return { status: 'returned', reason: returnReasons.get(subtype) ?? 'unknown' };
}

/**
 * The feedback types are those of RFC 5965 and its successors. A complaint without one is a person's. Reports
 * about authentication or viruses come from machines, and `not-spam` says the contrary. Each of these shows
 * that the mail was delivered.
 */
function readComplaint(complaint: Detail['complaint']): MailReport {
  if (suppressed.has(normalized(complaint?.complaintSubType))) return { status: 'suppressed' };
  switch (normalized(complaint?.complaintFeedbackType)) {
    case '':
    case 'abuse':
      return { status: 'complained', reportedAs: 'spam' };
    case 'fraud':
      return { status: 'complained', reportedAs: 'fraud' };
    default:
      return { status: 'delivered' };
  }
}

function readDetail({ eventType, bounce, complaint }: Detail): MailReport | undefined {
  switch (eventType) {
    case 'Send':
      return { status: 'sent' };
    case 'Delivery':
      return { status: 'delivered' };
    case 'Bounce':
      return readBounce(bounce);
    case 'Complaint':
      return readComplaint(complaint);
    // SES took the mail for malware, or could not fill in a template. It did not try to deliver it.
    case 'Reject':
    case 'Rendering Failure':
      return { status: 'rejected' };
    // A delayed delivery is tried again, and ends in a delivery or a bounce.
    default:
      return undefined;
  }
}

/**
 * Returns what an event of SES reports, and the key of the link whose mail it is about. Returns undefined for
 * events that report nothing about the mail of a link.
 */
export function readSesEvent(
  event: unknown,
): { readonly tokenHash: string; readonly report: MailReport } | undefined {
  const { data } = sesEvent.safeParse(event);
  if (data === undefined) return undefined;
  const report = readDetail(data.detail);
  return report === undefined ? undefined : { tokenHash: data.detail.mail.tags.row[0], report };
}
