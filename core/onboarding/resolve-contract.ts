import { entryOf } from '../entry-of.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { secondsAfter } from '../clock.ts';
import { initialState } from '../lifecycle/change.ts';
import { defaultTermsOf } from '../contracts/default-terms.ts';
import { defaultContractIdOf } from '../contracts/ids.ts';
import type { Contract, Contracts } from '../contracts/records.ts';
import type { Partner, Partners } from '../partners/partner.ts';
import { identifyPartner, type PartnerIdentification } from '../partners/partner-names.ts';
import type { TicketRecord } from '../tickets/records.ts';

/** The partner and the contract that apply to an onboarding. One that is undefined does not exist. */
export interface ResolvedContract {
  readonly partnerId: string;
  readonly partner: Partner | undefined;
  readonly contractId: string;
  readonly contract: Contract | undefined;
  /** New records of the partner and the contract, if they are not saved yet. */
  readonly drafted: { readonly partner?: Partner; readonly contract?: Contract };
}

/** What is needed to resolve the contract of a request. */
export interface ContractResolution extends PartnerIdentification {
  readonly partners: Pick<Partners, 'find' | 'create'>;
  readonly contracts: Pick<Contracts, 'find' | 'create'>;
  readonly catalogue: Catalogue;
}

/**
 * Finds the contract that a request names, or else the partner's default contract for the product (OAU-1). A
 * default contract, and the partner's own record, are drafted if they do not exist yet. The company's name is
 * reserved at once, whatever becomes of the request: two simultaneous requests must not create two partners.
 */
export async function resolveContract(
  deps: ContractResolution,
  { onboardingId, request }: TicketRecord,
  now: Date,
): Promise<ResolvedContract> {
  const { partners, contracts, catalogue } = deps;
  const partnerId = await identifyPartner(deps, request.company);
  const contractId = request.contractNumber ?? defaultContractIdOf(partnerId, request.product);
  const [partner, contract] = await Promise.all([partners.find(partnerId), contracts.find(contractId)]);
  const found = { partnerId, partner, contractId, contract, drafted: {} };
  const product = entryOf(catalogue.products, request.product);
  if (request.contractNumber !== undefined || product === undefined) return found;

  const change = { at: now.toISOString(), by: onboardingId };
  const drafted = {
    ...(partner === undefined && {
      partner: {
        partnerId,
        name: request.company,
        ...initialState('active', { ...change, why: 'First request' }),
      },
    }),
    ...(contract === undefined && {
      contract: {
        contractId,
        partnerId,
        // Starts a minute ago, because the clocks of those who read it are not exactly the same.
        ...defaultTermsOf(product, {
          environment: request.environment,
          owner: request.ticket.requestedFor,
          startsAt: secondsAfter(now, -60),
        }),
        ...initialState('active', { ...change, why: `Default terms of ${product.name}` }),
      },
    }),
  };
  return { ...found, ...drafted, drafted };
}

/**
 * Saves the drafted records. They stay whatever becomes of the onboarding, because without a client they
 * grant nothing.
 * @returns false if the partner has ended meanwhile, because its name was given to another partner
 */
export async function saveDrafts(
  { partners, contracts }: Pick<ContractResolution, 'partners' | 'contracts'>,
  { drafted: { partner, contract } }: ResolvedContract,
): Promise<boolean> {
  // If two onboardings save the same drafts at once, one creates them and the other one finds them.
  if (partner !== undefined && !(await partners.create(partner))) {
    const present = await partners.find(partner.partnerId);
    if (present?.supersededBy !== undefined) return false;
  }
  if (contract !== undefined) await contracts.create(contract);
  return true;
}
