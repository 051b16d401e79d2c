import type { TicketSubject, TicketText } from '../tickets/ticket-text.ts';
import { maskMailbox, say } from '../tickets/wording.ts';
import { utcMinute } from '../wording.ts';

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

export function mailComplained(email: string): TicketText {
  return {
    internalNote: say`The mail with the pick-up link was reported as spam from ${maskMailbox(email)}. The link is still good.`,
    comment: say`Somebody at ${maskMailbox(email)} has reported the mail with the pick-up link as spam. Please ask your contact at the partner whether they have seen it, and let them know that it is genuine.`,
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
