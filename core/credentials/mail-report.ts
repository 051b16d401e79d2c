import type { TicketText } from '../tickets/ticket-text.ts';
import { type Journal, writeOnce } from '../workflow/journal.ts';
import { type AccessSubjects, targetOf } from '../access/subject.ts';
import { mailBounced, mailComplained, mailRejected, mailReturned, mailSuppressed } from './ticket-texts.ts';
import type { Links, ReturnReason } from './records.ts';

/** The reports by which nobody has the link. */
const undelivered = ['bounced', 'suppressed', 'rejected'] as const;

/** Tells whether the ticket was told, or is about to be told, that nobody has the onboarding's link. */
export async function isToldUndelivered(
  { entries }: Pick<Journal, 'entries'>,
  onboardingId: string,
): Promise<boolean> {
  const told = await entries.begunWith(onboardingId, 'mail-');
  return told.some((entry) => undelivered.some((status) => entry.startsWith(`mail-${status}-`)));
}

/** What the mail service reports about one mail. */
export type MailReport =
  | { readonly status: 'sent' }
  | { readonly status: 'delivered' }
  | { readonly status: (typeof undelivered)[number] }
  | { readonly status: 'returned'; readonly reason: ReturnReason }
  | { readonly status: 'complained'; readonly reportedAs: 'spam' | 'fraud' };

/** A report that the ticket may have to be told. */
type NoteworthyReport = Exclude<MailReport, { status: 'sent' | 'delivered' }>;

interface Dependencies extends Journal {
  readonly links: Links;
  readonly onboardings: AccessSubjects;
}

/**
 * Records what was reported about the mail that contained a link. Reports may come twice and in any order. The
 * ticket is told once of each that somebody has to act on, as long as the link is still usable and no other
 * report contradicts it.
 */
export async function recordMailReport(
  deps: Dependencies,
  tokenHash: string,
  report: MailReport,
): Promise<void> {
  await deps.links.mailed(tokenHash, report.status);
  if (report.status === 'sent' || report.status === 'delivered') return;
  const link = await deps.links.find(tokenHash);
  if (link?.state !== 'live' || !isStillTrue(report, link.mail)) return;
  const onboarding = await deps.onboardings.find(link.onboardingId);
  if (onboarding === undefined) return;
  await writeOnce(
    deps,
    targetOf(onboarding),
    `mail-${report.status}-${link.number}`,
    textOf(report, onboarding.request.email),
  );
}

/**
 * Whether the link's record agrees with the report. After the delivery, a mail system may still return the
 * mail and say why; if it gives no reason, that was an automatic reply.
 */
function isStillTrue(report: MailReport, recorded: string): boolean {
  if (report.status === recorded) return true;
  return report.status === 'returned' && report.reason !== 'unknown' && recorded === 'delivered';
}

function textOf(report: NoteworthyReport, email: string): TicketText {
  switch (report.status) {
    case 'returned':
      return mailReturned(email, report.reason);
    case 'complained':
      return mailComplained(email, report.reportedAs);
    case 'suppressed':
      return mailSuppressed(email);
    case 'rejected':
      return mailRejected(email);
    case 'bounced':
      return mailBounced(email);
  }
}
