import { mailboxOf } from '../mailbox.ts';
import { SignInRefused } from './refused.ts';

/** The claims of a verified ID token that say who signed in. */
export type PersonClaims = Readonly<Record<string, unknown>>;

/** Who an identity provider says somebody is. */
export interface SignedInPerson {
  /** The `sub`: unique at the provider, and never given to anybody else. */
  readonly subject: string;
  /** In the form of `mailboxOf`. */
  readonly email: string;
  readonly name: string;
}

const maxSubjectLength = 255;
const maxNameLength = 200;

/** Providers write the claim as a boolean or a text. Absent, the domain alone decides. */
const verified: readonly unknown[] = [undefined, true, 'true'];

/**
 * Reads who has signed in (OpenID Connect Core 1.0 §5.1).
 * @param domains the domains that the provider may vouch for
 * @throws {SignInRefused} `subject`, `email`, `email_domain` or `email_verified`
 */
export function personIn(claims: PersonClaims, domains: readonly string[]): SignedInPerson {
  const { sub, email: sentEmail, email_verified: emailVerified, name } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > maxSubjectLength) {
    throw new SignInRefused('subject');
  }
  const email = typeof sentEmail === 'string' ? mailboxOf(sentEmail) : undefined;
  if (email === undefined) throw new SignInRefused('email');
  if (!domains.includes(domainOf(email))) throw new SignInRefused('email_domain');
  const stated = typeof emailVerified === 'string' ? emailVerified.toLowerCase() : emailVerified;
  if (!verified.includes(stated)) throw new SignInRefused('email_verified');
  const isName = typeof name === 'string' && name.trim() !== '' && name.length <= maxNameLength;
  return { subject: sub, email, name: isName ? name.trim() : email };
}

/** Returns the domain of a mailbox in the form of `mailboxOf`. */
export const domainOf = (mailbox: string): string => mailbox.slice(mailbox.lastIndexOf('@') + 1);
