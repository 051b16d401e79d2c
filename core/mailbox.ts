import { domainToASCII } from 'node:url';

/** An atom and the dots between atoms (RFC 5321, Dot-string): no quotes, no comments, ASCII only, as SES demands. */
const dotString = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The one spelling of a plain mailbox `local@domain`: the domain in lower case and, if it is
 * internationalised, in its ASCII form. Undefined for anything else, a name beside the address included.
 * Lengths: RFC 5321, 4.5.3.1.
 */
export function mailboxOf(text: string): string | undefined {
  const [local = '', written = '', ...more] = text.split('@');
  if (more.length > 0 || local.length > 64 || !dotString.test(local)) return undefined;
  if (!/^[\p{L}\p{M}\p{N}.-]{1,253}$/u.test(written)) return undefined;
  const domain = domainToASCII(written);
  const labels = domain.split('.');
  const last = labels.at(-1) ?? '';
  const named = labels.length > 1 && labels.every((part) => label.test(part)) && !/^\d+$/.test(last);
  const mailbox = `${local}@${domain}`;
  return named && mailbox.length <= 254 ? mailbox : undefined;
}

/**
 * Whether two mailboxes, as `mailboxOf` gives them, are read by the same people: case is not told apart, and
 * what follows a plus sign is a label within one mailbox.
 */
export function sameMailbox(one: string, other: string): boolean {
  return unlabelled(one) === unlabelled(other);
}

const unlabelled = (mailbox: string): string => mailbox.toLowerCase().replace(/\+.*@/, '@');
