import type { TicketSubject, TicketText } from '../tickets/ticket-text.ts';
import { maskMailbox, say } from '../tickets/wording.ts';
import { utcMinute } from '../wording.ts';
import type { ReturnReason } from './records.ts';

/**
 * Builds the comment that gives the code to the business unit. It also fits a code that replaces an earlier
 * one. `code` is shown as it is given, `XXXX-XXXX`. `expiresAt` is when the link expires.
 */
export function codeComment({
  code,
  company,
  product,
  email,
  expiresAt,
}: Pick<TicketSubject, 'company' | 'product' | 'email'> & {
  readonly code: string;
  readonly expiresAt: Date;
}): { readonly comment: string } {
  return {
    comment: [
      say`Please pass on the code ${code} to your contact at ${company}: by telephone, in person or in a chat, to somebody you know to be the right one.`,
      say`A mail to ${maskMailbox(email)} holds a link. Link and code together show the credentials for ${product} once, until ${utcMinute(expiresAt)}. The code alone is worthless.`,
      say`Please do not mail the code to ${maskMailbox(email)}: whoever reads that mailbox would then have both halves. If an earlier comment holds another code, that one no longer works.`,
    ].join('\n'),
  };
}

export function linkLocked(): TicketText {
  return {
    internalNote:
      'The pick-up link is locked: a wrong code was entered too many times. No credentials were shown.',
    comment:
      'A wrong code was entered too many times, so the link for picking up the credentials is locked. No credentials were shown. Please ask your contact at the partner whether it was them, and then ask here for a new link and code. If it was not them, say so: somebody else may have the link.',
  };
}

export function mailBounced(email: string): TicketText {
  return {
    internalNote: say`The mail with the pick-up link did not reach ${maskMailbox(email)}: it bounced. Nobody has the link.`,
    comment: say`The mail with the link for picking up the credentials could not be delivered to ${maskMailbox(email)}. Please check the address with your contact at the partner. If the mailbox works again, ask here for a new link and code; if the address is wrong, ask here what to do.`,
  };
}

const returnReasonTexts: Readonly<Record<ReturnReason, string>> = {
  'mailbox-full': 'the mailbox is full',
  'too-large': 'the mail is too large for it',
  'content-rejected': 'it does not take the content of the mail',
  'attachment-rejected': 'it does not take an attachment of the mail',
  'not-in-time': 'the mail was not taken in time',
  unknown: 'a passing problem, or an automatic reply such as an out-of-office notice',
};

/** Tells of an answer that does not say for certain whether the partner has the mail. */
export function mailReturned(email: string, reason: ReturnReason): TicketText {
  const what = returnReasonTexts[reason];
  return {
    internalNote: say`A mail system has answered the mail with the pick-up link to ${maskMailbox(email)}: ${what}. The link still works.`,
    comment: say`The mail system of ${maskMailbox(email)} has answered the mail with the link for picking up the credentials: ${what}. This does not mean that the address is wrong. Please ask your contact at the partner whether they have the mail: if they have it, the link works; if not, ask here for a new link and code.`,
  };
}

export function mailSuppressed(email: string): TicketText {
  return {
    internalNote: say`The mail with the pick-up link was not sent to ${maskMailbox(email)}: the address is on the mail service's suppression list. Nobody has the link.`,
    comment: say`The mail with the link for picking up the credentials was not sent to ${maskMailbox(email)}, because an earlier mail to this address bounced or was reported as unwanted. Please check the address with your contact at the partner. If it is right, ask here for a new link and code; if it is wrong, ask here what to do.`,
  };
}

export function mailRejected(email: string): TicketText {
  return {
    internalNote: say`The mail with the pick-up link to ${maskMailbox(email)} was refused by our own mail service and not sent. Nobody has the link. The address is not the cause.`,
    comment: say`Our mail service has refused to send the mail with the link for picking up the credentials to ${maskMailbox(email)}. The address is not the cause. Please ask here for a new link and code.`,
  };
}

export function mailComplained(email: string, reportedAs: 'spam' | 'fraud'): TicketText {
  return {
    internalNote: say`The mail with the pick-up link was reported as ${reportedAs} from ${maskMailbox(email)}. The link is still good.`,
    comment: say`Somebody at ${maskMailbox(email)} has reported the mail with the pick-up link as ${reportedAs}. Please ask your contact at the partner whether they have seen it, and let them know that it is genuine.`,
  };
}

export function pickUpFailed(): TicketText {
  return {
    internalNote:
      'The pick-up failed after link and code had been accepted. The link is used up; a new one is needed.',
    comment:
      'The partner entered the right code, but something went wrong on our side before the credentials could be shown, and the link is used up. Please ask here for a new link and code.',
  };
}
