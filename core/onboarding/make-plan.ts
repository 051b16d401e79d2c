import { entryOf } from '../entry-of.ts';
import { type Catalogue, gatewayRoutesOf } from '../catalogue/catalogue.ts';
import { findObjections } from './objections.ts';
import type { Plan } from './onboarding.ts';
import type { OnboardingRequest } from '../tickets/request.ts';
import type { ResolvedContract } from './resolve-contract.ts';

/**
 * Makes the plan for a request. The scopes are those that the contract grants and that the product still has.
 * The request may have been checked against an earlier version of the catalogue.
 */
export function makePlan(
  request: OnboardingRequest,
  resolvedContract: ResolvedContract,
  catalogue: Catalogue,
  at: Date,
): Plan {
  const product = entryOf(catalogue.products, request.product);
  const { contractId, contract } = resolvedContract;
  const scopes = (entryOf(contract?.products ?? {}, request.product) ?? []).filter(
    (scope) => product !== undefined && entryOf(product.scopes, scope) !== undefined,
  );
  const routes = product === undefined ? [] : gatewayRoutesOf(product);
  return {
    contractId,
    scopes,
    routes,
    assignmentGroup: entryOf(catalogue.regions, request.region)?.assignmentGroup ?? 'the platform team',
    productName: product?.name ?? request.product,
    group: product?.group ?? '',
    ratePlan: contract?.ratePlan ?? '',
    awaitsPrerequisite: catalogue.prerequisite !== undefined && !request.prerequisiteMet,
    objections: findObjections(request, resolvedContract, { scopes, routes }, catalogue, at),
  };
}
