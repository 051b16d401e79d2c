import { isDeepStrictEqual } from 'node:util';
import { withoutProposal } from '../lifecycle/change.ts';
import type { IdentityProvider, ProviderContent } from './identity-provider.ts';

/** Whoever chooses one of these decides who can sign in as the partner's users. */
const trusted = [
  'contractId',
  'issuer',
  'clientId',
  'authentication',
  'sealedSecret',
  'algorithm',
  'metadata',
] as const satisfies readonly (keyof ProviderContent)[];

/**
 * Returns a provider with other content. While it is active, content that lets it vouch for more, or lets somebody
 * else vouch in its place, is only proposed: another person has to approve it. Other content takes effect at once,
 * and what was proposed before is dropped, because it was about the content that there was then.
 */
export function withProviderContent(record: IdentityProvider, content: ProviderContent): IdentityProvider {
  if (isContentOf(record, content)) return record;
  const givesMore =
    trusted.some((name) => !isDeepStrictEqual(content[name], record[name])) ||
    content.domains.some((domain) => !record.domains.includes(domain));
  return record.status === 'active' && givesMore
    ? { ...record, proposed: content }
    : { ...withoutProposal(record), ...content };
}

const isContentOf = (record: IdentityProvider, content: ProviderContent): boolean =>
  isDeepStrictEqual({ ...record, ...content }, record);

/**
 * Returns the secret that a provider, or else what is proposed for it, has for the same client at the same issuer. No
 * other issuer is ever sent it.
 */
export const sealedSecretFor = (
  { proposed, ...record }: IdentityProvider,
  { issuer, clientId }: Pick<ProviderContent, 'issuer' | 'clientId'>,
): string | undefined =>
  [proposed, record].find((each) => each?.issuer === issuer && each.clientId === clientId)?.sealedSecret;

/**
 * Returns an activated provider with what was proposed in force.
 * If it was not active before, or had another issuer, its earlier sessions do not count any more.
 * @param before the provider before its activation
 */
export function withApprovedContent(
  record: IdentityProvider,
  { status, issuer }: Pick<IdentityProvider, 'status' | 'issuer'>,
  at: Date,
): IdentityProvider {
  const approved = { ...withoutProposal(record), ...record.proposed };
  const goesOn = status === 'active' && approved.issuer === issuer;
  return goesOn ? approved : { ...approved, signInsFrom: at.toISOString() };
}
