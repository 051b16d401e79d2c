import type { Contract } from '../contracts/records.ts';
import { mailboxOf } from '../mailbox.ts';
import type { FieldError } from '../problem.ts';
import { domainOf } from './person.ts';

/** Returns the form of a domain in which it is compared; undefined if it is none. */
export const parseDomain = (text: string): string | undefined => {
  const mailbox = mailboxOf(`postmaster@${text.trim()}`);
  return mailbox && domainOf(mailbox);
};

/** Placeholders and shared tenants: an issuer must be of one organisation alone. */
const shared = /\{[^}]*\}|\/(?:common|organizations|consumers)(?:\/|$)/iu;

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
  if (shared.test(issuer)) {
    errors.push({
      path: '/issuer',
      code: 'shared_issuer',
      allowed: 'The issuer of one organisation, with its tenant id in place of common or a placeholder.',
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
