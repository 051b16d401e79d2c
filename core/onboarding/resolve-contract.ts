import type { Catalogue } from '../catalogue/catalogue.ts';
import { type Clock, secondsAfter } from '../clock.ts';
import { initialState } from '../lifecycle/change.ts';
import { defaultTermsOf } from '../contracts/default-terms.ts';
import { defaultContractIdOf } from '../contracts/ids.ts';
import type { Contract, Contracts } from '../contracts/records.ts';
import type { Partner, Partners } from '../partners/partner.ts';
import { identifyPartner, type PartnerIdentification } from '../partners/partner-names.ts';
import type { TicketRecord } from '../workflow/records.ts';

/** What an onboarding falls under. What is neither there nor `drafted` is not to be had. */
export interface ResolvedContract {
  readonly partnerId: string;
  readonly partner: Partner | undefined;
  readonly contractId: string;
  readonly contract: Contract | undefined;
  /** Those of the two that are not in the records yet. */
  readonly drafted: { readonly partner?: Partner; readonly contract?: Contract };
}

export interface ContractResolution extends PartnerIdentification {
  readonly partners: Pick<Partners, 'find' | 'create'>;
  readonly contracts: Pick<Contracts, 'find' | 'create'>;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
}

/**
 * The contract that a request names, or else the partner's default contract for the product (OAU-1). That one,
 * and the partner's own record, are drafted where they are not there yet. The company's name is reserved at
 * once, whatever becomes of the request: two who come together must not be planned for two partners.
 */
export async function resolveContract(
  deps: ContractResolution,
  { onboardingId, request }: TicketRecord,
): Promise<ResolvedContract> {
  const { partners, contracts, catalogue, clock } = deps;
  const partnerId = await identifyPartner(deps, request.company);
  const contractId = request.contractNumber ?? defaultContractIdOf(partnerId, request.product);
  const [partner, contract] = await Promise.all([partners.find(partnerId), contracts.find(contractId)]);
  const found = { partnerId, partner, contractId, contract, drafted: {} };
  const product = catalogue.products[request.product];
  if (request.contractNumber !== undefined || product === undefined) return found;

  const now = clock.now();
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
        // The clocks of those who read it are not quite the same.
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

/** Records what was drafted. It stays whatever becomes of the onboarding: without a client it gives nothing. */
export async function saveDrafts(
  { partners, contracts }: Pick<ContractResolution, 'partners' | 'contracts'>,
  { drafted: { partner, contract } }: ResolvedContract,
): Promise<void> {
  // Of two onboardings that come at once, one writes them and the other finds them there.
  if (partner !== undefined) await partners.create(partner);
  if (contract !== undefined) await contracts.create(contract);
}
