import { memoize } from '../cache.ts';
import type { Environment } from '../catalogue/environment.ts';
import type { LifecycleStatus } from './lifecycle.ts';
import type { Contract, ClientContext } from './records.ts';

type NotActive = Exclude<LifecycleStatus, 'active'>;

/** Why a contract gives nothing. */
export type InactiveContractReason =
  `contract_${NotActive}` | 'contract_not_begun' | 'contract_over' | 'contract_other_environment';

/** Why a client is not served: `code` is told to the caller, `rule` is what exactly decided. */
export type InactiveReason =
  | { readonly code: 'client_inactive'; readonly rule: 'client_missing' | `client_${NotActive}` }
  | {
      readonly code: 'contract_inactive';
      readonly rule: 'contract_missing' | 'contract_of_another_partner' | InactiveContractReason;
    }
  | { readonly code: 'partner_inactive'; readonly rule: 'partner_missing' | `partner_${NotActive}` };

/** OAU-1: what keeps a client from being served at this moment, if anything does: itself, its contract, its partner, in that order. */
export function findInactiveReason(
  { client, contract, partner }: ClientContext,
  at: Date,
  environment: Environment,
): InactiveReason | undefined {
  if (client?.status !== 'active') {
    return { code: 'client_inactive', rule: `client_${client?.status ?? 'missing'}` };
  }
  if (contract === undefined) return { code: 'contract_inactive', rule: 'contract_missing' };
  if (contract.partnerId !== client.partnerId) {
    return { code: 'contract_inactive', rule: 'contract_of_another_partner' };
  }
  const [rule] = findInactiveContractReasons(contract, at, environment);
  if (rule !== undefined) return { code: 'contract_inactive', rule };
  if (partner?.status !== 'active') {
    return { code: 'partner_inactive', rule: `partner_${partner?.status ?? 'missing'}` };
  }
  return undefined;
}

/** All that keeps a contract from being in force at this moment. */
export function findInactiveContractReasons(
  contract: Contract,
  at: Date,
  environment: Environment,
): readonly InactiveContractReason[] {
  const { status, environments } = contract;
  const { start, end } = contractPeriod(contract);
  return [
    ...(status === 'active' ? [] : [`contract_${status}` as const]),
    ...(at < start ? ['contract_not_begun' as const] : []),
    ...(end !== undefined && at >= end ? ['contract_over' as const] : []),
    ...(environments.includes(environment) ? [] : ['contract_other_environment' as const]),
  ];
}

const contractPeriod = memoize(({ startsAt, endsAt }: Contract) => ({
  start: new Date(startsAt),
  end: endsAt === undefined ? undefined : new Date(endsAt),
}));

/** For how long a function instance goes on believing a record: part of the delay with which a client is stopped. */
export const recordCacheSeconds = 10;

/** The moment from which nothing is in force any more: no token and no remembered answer may outlive it. */
export function contractEnd({ contract }: Pick<ClientContext, 'contract'>): Date | undefined {
  return contract && contractPeriod(contract).end;
}

/** What a client may be granted now: what it was granted once, as far as its contract still has it. */
export function effectiveScopes({
  client,
  contract,
}: Pick<ClientContext, 'client' | 'contract'>): readonly string[] {
  const agreed = contract?.products[client?.product ?? ''] ?? [];
  return client?.scopes.filter((scope) => agreed.includes(scope)) ?? [];
}
