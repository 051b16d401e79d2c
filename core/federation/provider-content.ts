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
] as const satisfies readonly (keyof ProviderContent)[];

/**
 * Returns a provider with other content. While it is active, content that lets it vouch for more, or lets somebody
 * else vouch in its place, is only proposed: another person has to approve it. What was proposed before stays,
 * unless something else is proposed now.
 */
export function withProviderContent(record: IdentityProvider, content: ProviderContent): IdentityProvider {
  const givesMore =
    trusted.some((name) => content[name] !== record[name]) ||
    content.domains.some((domain) => !record.domains.includes(domain));
  return record.status === 'active' && givesMore
    ? { ...record, proposed: content }
    : { ...record, ...content };
}

/**
 * Returns an activated provider with what was proposed in force.
 * @param signInsFrom set if it was not active before, so that its earlier sessions do not come back
 */
export const withApprovedContent = (
  record: IdentityProvider,
  signInsFrom: Date | undefined,
): IdentityProvider => ({
  ...withoutProposal(record),
  ...record.proposed,
  ...(signInsFrom !== undefined && { signInsFrom: signInsFrom.toISOString() }),
});
