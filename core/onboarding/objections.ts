import { entryOf } from '../entry-of.ts';
import { policyFits } from '../invoke-policies/policy-size.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';
import type { Contract } from '../contracts/records.ts';
import { type InactiveContractReason, findInactiveContractReasons } from '../contracts/in-force.ts';
import { addressesOutside } from '../network/ip-ranges.ts';
import { utcMinute } from '../wording.ts';
import type { ResolvedContract } from './resolve-contract.ts';
import type { Reason } from '../workflow/records.ts';
import type { Plan } from './onboarding.ts';
import type { OnboardingRequest } from '../tickets/request.ts';

type Granted = Pick<Plan, 'scopes' | 'routes'>;

/**
 * Returns every objection of the catalogue, the partner and the contract to a request at this moment (OAU-1).
 * The list is empty if nothing stands in its way.
 * @param granted the scopes and routes that the client would get
 */
export function findObjections(
  request: OnboardingRequest,
  resolvedContract: ResolvedContract,
  granted: Granted,
  catalogue: Catalogue,
  at: Date,
): readonly Reason[] {
  const objections: Reason[] = [];
  if (entryOf(catalogue.regions, request.region) === undefined) {
    objections.push(
      reason('unknown_region', `Requests of the region ${request.region} are no longer taken.`),
    );
  }
  if (entryOf(catalogue.products, request.product) === undefined) {
    objections.push(reason('unknown_product', `The product ${request.product} is no longer offered.`));
  }
  objections.push(...findPartnerObjections(request, resolvedContract));
  objections.push(...findContractObjections(request, resolvedContract, granted, catalogue, at));
  return objections;
}

const reason = (code: string, sentence: string): Reason => ({ code, sentence });

const statusInWords: Readonly<Record<Exclude<LifecycleStatus, 'active'>, string>> = {
  draft: 'not active yet',
  suspended: 'suspended',
  ended: 'no longer active',
};

function findPartnerObjections(
  { company }: OnboardingRequest,
  { partner, contract }: ResolvedContract,
): readonly Reason[] {
  if (partner === undefined) {
    // If the contract is missing, too, only the contract is reported.
    if (contract === undefined) return [];
    return [reason('partner_inactive', `${company} is not known as a partner.`)];
  }
  if (partner.status === 'active') return [];
  return [reason('partner_inactive', `The partner ${company} is ${statusInWords[partner.status]}.`)];
}

function findContractObjections(
  request: OnboardingRequest,
  { partnerId, contractId, contract }: ResolvedContract,
  granted: Granted,
  catalogue: Catalogue,
  at: Date,
): readonly Reason[] {
  if (contract === undefined) {
    // A default contract is missing only if its product is, which is reported already.
    if (request.contractNumber === undefined) return [];
    return [reason('unknown_contract', `There is no contract ${contractId}.`)];
  }
  // Nothing more is said about another partner's contract, because it does not concern this requester.
  if (contract.partnerId !== partnerId) {
    return [
      reason('contract_of_another_partner', `The contract ${contractId} is not one with ${request.company}.`),
    ];
  }
  const objections: Reason[] = [];
  for (const rule of findInactiveContractReasons(contract, at, request.environment)) {
    objections.push(inactiveContractObjection(rule, contract, request));
  }
  objections.push(...findTermsObjections(request, contract, granted, catalogue));
  return objections;
}

function inactiveContractObjection(
  rule: InactiveContractReason,
  { contractId, startsAt, endsAt = '', environments }: Contract,
  { environment }: OnboardingRequest,
): Reason {
  const on = (moment: string): string => utcMinute(new Date(moment));
  switch (rule) {
    case 'contract_draft':
      return reason('contract_inactive', `The contract ${contractId} is ${statusInWords.draft}.`);
    case 'contract_suspended':
      return reason('contract_inactive', `The contract ${contractId} is ${statusInWords.suspended}.`);
    case 'contract_ended':
      return reason('contract_inactive', `The contract ${contractId} is ${statusInWords.ended}.`);
    case 'contract_not_begun':
      return reason('contract_inactive', `The contract ${contractId} does not begin before ${on(startsAt)}.`);
    case 'contract_over':
      return reason('contract_inactive', `The contract ${contractId} was for the time before ${on(endsAt)}.`);
    case 'contract_other_environment':
      return reason(
        'contract_other_environment',
        `The contract ${contractId} is for ${environments.join(', ')}, not for ${environment}.`,
      );
  }
}

/** The maximum number of addresses that are listed in a sentence. */
const maxListedAddresses = 10;

function findTermsObjections(
  request: OnboardingRequest,
  { contractId, ratePlan, ipRanges }: Contract,
  { scopes, routes }: Granted,
  catalogue: Catalogue,
): readonly Reason[] {
  const product = entryOf(catalogue.products, request.product);
  const objections: Reason[] = [];
  if (product !== undefined && scopes.length === 0) {
    objections.push(
      reason('contract_without_product', `The contract ${contractId} does not cover ${product.name}.`),
    );
  }
  if (!policyFits(routes, scopes)) {
    objections.push(
      reason(
        'policy_too_large',
        `The contract ${contractId} covers more of ${product?.name ?? request.product} than one client can be given.`,
      ),
    );
  }
  if (entryOf(catalogue.ratePlans, ratePlan) === undefined) {
    objections.push(
      reason(
        'unknown_rate_plan',
        `The rate plan ${ratePlan} of the contract ${contractId} is no longer offered.`,
      ),
    );
  }
  const outside = ipRanges.length === 0 ? [] : addressesOutside(ipRanges, request.ipRanges);
  if (outside.length > 0) {
    const listed = outside.slice(0, maxListedAddresses).join(', ');
    const unlisted = outside.length - maxListedAddresses;
    const rest = unlisted > 0 ? ` and ${unlisted} more` : '';
    objections.push(
      reason(
        'contract_other_addresses',
        `The contract ${contractId} does not allow calls from ${listed}${rest}.`,
      ),
    );
  }
  return objections;
}
