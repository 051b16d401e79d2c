import { domainToASCII } from 'node:url';

/**
 * The Dot-string of RFC 5321: atoms separated by dots. As SES requires, it is ASCII without quotes or
 * comments.
 */
const dotString = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Returns the normal form of a plain mailbox `local@domain`: the domain is in lower case and, if it is
 * internationalised, in its ASCII form. Undefined for anything else, such as an address with a name.
 * Lengths: RFC 5321 §4.5.3.1.
 */
export function mailboxOf(text: string): string | undefined {
  const [local = '', rawDomain = '', ...more] = text.split('@');
  if (more.length > 0 || local.length > 64 || !dotString.test(local)) return undefined;
  if (!/^[\p{L}\p{M}\p{N}.-]{1,253}$/u.test(rawDomain)) return undefined;
  const domain = domainToASCII(rawDomain);
  const labels = domain.split('.');
  const last = labels.at(-1) ?? '';
  const isDomainName = labels.length > 1 && labels.every((part) => label.test(part)) && !/^\d+$/.test(last);
  const mailbox = `${local}@${domain}`;
  return isDomainName && mailbox.length <= 254 ? mailbox : undefined;
}

/**
 * Tells whether two mailboxes, in the form of `mailboxOf`, are read by the same people. Case does not matter.
 * The part after a plus sign is a label within one mailbox, and does not matter either.
 */
export function sameMailbox(one: string, other: string): boolean {
  return withoutLabel(one) === withoutLabel(other);
}

const withoutLabel = (mailbox: string): string => mailbox.toLowerCase().replace(/\+.*@/, '@');

/** Returns the domain of a mailbox in the form of `mailboxOf`. */
export const domainOf = (mailbox: string): string => mailbox.slice(mailbox.lastIndexOf('@') + 1);
