import { policyFits } from '../invoke-policies/policy-size.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';
import type { Contract } from '../contracts/records.ts';
import { type InactiveContractReason, findInactiveContractReasons } from '../contracts/in-force.ts';
import { addressesOutside } from '../network/ip-ranges.ts';
import { utcMinute } from '../wording.ts';
import type { ResolvedContract } from './resolve-contract.ts';
import type { Plan, Reason } from '../workflow/plan.ts';
import type { OnboardingRequest } from '../tickets/request.ts';

type Granted = Pick<Plan, 'scopes' | 'routes'>;

/** Everything that catalogue, partner and contract have against a request at this moment (OAU-1). */
export function findObjections(
  request: OnboardingRequest,
  resolvedContract: ResolvedContract,
  granted: Granted,
  catalogue: Catalogue,
  at: Date,
): readonly Reason[] {
  return [
    ...(catalogue.regions[request.region] === undefined
      ? [reason('unknown_region', `Requests of the region ${request.region} are no longer taken.`)]
      : []),
    ...(catalogue.products[request.product] === undefined
      ? [reason('unknown_product', `The product ${request.product} is no longer offered.`)]
      : []),
    ...partnerObjections(request, resolvedContract),
    ...contractObjections(request, resolvedContract, granted, catalogue, at),
  ];
}

const reason = (code: string, sentence: string): Reason => ({ code, sentence });

const inWords: Readonly<Record<Exclude<LifecycleStatus, 'active'>, string>> = {
  draft: 'not active yet',
  suspended: 'suspended',
  ended: 'no longer active',
};

function partnerObjections(
  { company }: OnboardingRequest,
  { partner, contract }: ResolvedContract,
): readonly Reason[] {
  // If it is the contract that is missing, that is said instead.
  if (partner === undefined) {
    return contract === undefined
      ? []
      : [reason('partner_inactive', `${company} is not known as a partner.`)];
  }
  return partner.status === 'active'
    ? []
    : [reason('partner_inactive', `The partner ${company} is ${inWords[partner.status]}.`)];
}

function contractObjections(
  request: OnboardingRequest,
  { partnerId, contractId, contract }: ResolvedContract,
  granted: Granted,
  catalogue: Catalogue,
  at: Date,
): readonly Reason[] {
  if (contract === undefined) {
    // A default contract is missing only with its product, and that is said already.
    return request.contractNumber === undefined
      ? []
      : [reason('unknown_contract', `There is no contract ${contractId}.`)];
  }
  // What else there is to say of it is no business of this requester's.
  if (contract.partnerId !== partnerId) {
    return [
      reason('contract_of_another_partner', `The contract ${contractId} is not one with ${request.company}.`),
    ];
  }
  return [
    ...findInactiveContractReasons(contract, at, request.environment).map((rule) =>
      ruleObjection(rule, contract, request),
    ),
    ...termsObjections(request, contract, granted, catalogue),
  ];
}

function ruleObjection(
  rule: InactiveContractReason,
  { contractId, startsAt, endsAt = '', environments }: Contract,
  { environment }: OnboardingRequest,
): Reason {
  const on = (moment: string): string => utcMinute(new Date(moment));
  switch (rule) {
    case 'contract_draft':
      return reason('contract_inactive', `The contract ${contractId} is ${inWords.draft}.`);
    case 'contract_suspended':
      return reason('contract_inactive', `The contract ${contractId} is ${inWords.suspended}.`);
    case 'contract_ended':
      return reason('contract_inactive', `The contract ${contractId} is ${inWords.ended}.`);
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

/** How many addresses a sentence can bear. */
const mostAddresses = 10;

function termsObjections(
  request: OnboardingRequest,
  { contractId, ratePlan, ipRanges }: Contract,
  { scopes, routes }: Granted,
  catalogue: Catalogue,
): readonly Reason[] {
  const product = catalogue.products[request.product];
  const outside = ipRanges.length === 0 ? [] : addressesOutside(ipRanges, request.ipRanges);
  const more = outside.length - mostAddresses;
  return [
    ...(product !== undefined && scopes.length === 0
      ? [reason('contract_without_product', `The contract ${contractId} does not cover ${product.name}.`)]
      : []),
    ...(policyFits(routes, scopes)
      ? []
      : [
          reason(
            'policy_too_large',
            `The contract ${contractId} covers more of ${product?.name ?? request.product} than one client can be given.`,
          ),
        ]),
    ...(catalogue.ratePlans[ratePlan] === undefined
      ? [
          reason(
            'unknown_rate_plan',
            `The rate plan ${ratePlan} of the contract ${contractId} is no longer offered.`,
          ),
        ]
      : []),
    ...(outside.length === 0
      ? []
      : [
          reason(
            'contract_other_addresses',
            `The contract ${contractId} does not allow calls from ${outside.slice(0, mostAddresses).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
          ),
        ]),
  ];
}
