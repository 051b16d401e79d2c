import type { Contract } from '../contracts/records.ts';
import { domainOf, mailboxOf } from '../mailbox.ts';
import type { FieldError } from '../problem.ts';

/** Returns the form of a domain in which it is compared; undefined if it is none. */
export const parseDomain = (text: string): string | undefined => {
  const mailbox = mailboxOf(`postmaster@${text.trim()}`);
  return mailbox && domainOf(mailbox);
};

/** Placeholders, and the tenants that Entra ID shares among organisations. The last is that of personal accounts. */
const shared =
  /\{[^}]*\}|\/(?:common|organizations|consumers|9188040d-6c67-4c5b-b112-36a304b66dad)(?:\/|$)/iu;

/** Tells whether an issuer is of many organisations. It must be of one alone. */
export const isSharedIssuer = (issuer: string): boolean => shared.test(issuer);

/** What is allowed in place of a shared issuer. */
export const sharedIssuerAdvice =
  'The issuer of one organisation, with its tenant id in place of common or a placeholder.';

/** Tells whether an issuer is a URL without query and fragment (OpenID Connect Discovery 1.0 §3). */
const isIssuer = (issuer: string): boolean => URL.canParse(issuer) && /^https?:\/\/[^?#@\s]+$/u.test(issuer);

/**
 * Finds what is wrong with an identity provider, as far as it can be told without asking it.
 * @param contract the contract that it names, if there is one
 */
export function findProviderErrors(
  {
    partnerId,
    issuer,
    domains,
  }: { readonly partnerId: string; readonly issuer: string; readonly domains: readonly string[] },
  contract: Contract | undefined,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (contract?.partnerId !== partnerId || contract.status === 'ended') {
    errors.push({
      path: '/contractId',
      code: 'unknown_contract',
      allowed: 'The id of a contract of that partner that has not ended.',
    });
  }
  if (!isIssuer(issuer)) {
    errors.push({
      path: '/issuer',
      code: 'issuer_form',
      allowed: 'An address that begins with https://, without user, query and fragment.',
    });
  }
  if (isSharedIssuer(issuer)) {
    errors.push({
      path: '/issuer',
      code: 'shared_issuer',
      allowed: sharedIssuerAdvice,
    });
  }
  for (const [index, domain] of domains.entries()) {
    if (parseDomain(domain) !== undefined) continue;
    errors.push({
      path: `/domains/${index}`,
      code: 'not_a_domain',
      allowed: 'The part of e-mail addresses after the @: example.com.',
    });
  }
  return errors;
}
