import { forbiddenInLine, withoutInvisible } from '../invisible-characters.ts';
import { domainOf, mailboxOf } from '../mailbox.ts';
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

/**
 * How providers write that an address is verified, apart from the case. Some do not send the claim: then the domain
 * alone decides, because no other provider may vouch for it. Any other value is not believed.
 */
const verified: readonly unknown[] = [undefined, true, 'true', 1, '1'];

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
  return { subject: sub, email, name: nameIn(name) ?? email };
}

/** Returns a name that can be shown to other people: a line of text, and not a blank one. */
function nameIn(claim: unknown): string | undefined {
  const name = typeof claim === 'string' ? claim.trim() : '';
  const isLine = withoutInvisible(name) !== '' && name.search(forbiddenInLine) === -1;
  return isLine && name.length <= maxNameLength ? name : undefined;
}

/**
 * Returns when a person signed in at the provider (OpenID Connect Core 1.0 §2, `auth_time`). A provider that does
 * not say is taken to have done it just now. Its clock may be ahead of ours.
 */
export const authenticatedAt = ({ auth_time: seconds }: PersonClaims, now: Date): Date =>
  typeof seconds === 'number' ? new Date(Math.min(seconds * 1000, now.getTime())) : now;
