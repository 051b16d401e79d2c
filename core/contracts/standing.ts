import { oncePer } from '../remembered.ts';
import type { Environment } from '../catalogue/environment.ts';
import type { LifecycleStatus } from './lifecycle.ts';
import type { Contract, Standing } from './records.ts';

type NotActive = Exclude<LifecycleStatus, 'active'>;

/** Why a contract gives nothing. */
export type ContractRule =
  `contract_${NotActive}` | 'contract_not_begun' | 'contract_over' | 'contract_other_environment';

/** Why a client is not served: `code` is told to the caller, `rule` is what exactly decided. */
export type NotInForce =
  | { readonly code: 'client_inactive'; readonly rule: 'client_missing' | `client_${NotActive}` }
  | {
      readonly code: 'contract_inactive';
      readonly rule: 'contract_missing' | 'contract_of_another_partner' | ContractRule;
    }
  | { readonly code: 'partner_inactive'; readonly rule: 'partner_missing' | `partner_${NotActive}` };

/** OAU-1: what keeps a client from being served at this moment, if anything does: itself, its contract, its partner, in that order. */
export function whyNotInForce(
  { client, contract, partner }: Standing,
  at: Date,
  environment: Environment,
): NotInForce | undefined {
  if (client?.status !== 'active') {
    return { code: 'client_inactive', rule: `client_${client?.status ?? 'missing'}` };
  }
  if (contract === undefined) return { code: 'contract_inactive', rule: 'contract_missing' };
  if (contract.partnerId !== client.partnerId) {
    return { code: 'contract_inactive', rule: 'contract_of_another_partner' };
  }
  const [rule] = rulesAgainst(contract, at, environment);
  if (rule !== undefined) return { code: 'contract_inactive', rule };
  if (partner?.status !== 'active') {
    return { code: 'partner_inactive', rule: `partner_${partner?.status ?? 'missing'}` };
  }
  return undefined;
}

/** All that keeps a contract from being in force at this moment. */
export function rulesAgainst(
  contract: Contract,
  at: Date,
  environment: Environment,
): readonly ContractRule[] {
  const { status, environments } = contract;
  const { start, end } = periodOf(contract);
  return [
    ...(status === 'active' ? [] : [`contract_${status}` as const]),
    ...(at < start ? ['contract_not_begun' as const] : []),
    ...(end !== undefined && at >= end ? ['contract_over' as const] : []),
    ...(environments.includes(environment) ? [] : ['contract_other_environment' as const]),
  ];
}

const periodOf = oncePer(({ startsAt, endsAt }: Contract) => ({
  start: new Date(startsAt),
  end: endsAt === undefined ? undefined : new Date(endsAt),
}));

/** For how long a function instance goes on believing a record: part of the delay with which a client is stopped. */
export const standingSeconds = 10;

/** The moment from which nothing is in force any more: no token and no remembered answer may outlive it. */
export function inForceUntil({ contract }: Pick<Standing, 'contract'>): Date | undefined {
  return contract && periodOf(contract).end;
}

/** What a client may be granted now: what it was granted once, as far as its contract still has it. */
export function scopesInForce({
  client,
  contract,
}: Pick<Standing, 'client' | 'contract'>): readonly string[] {
  const agreed = contract?.products[client?.product ?? ''] ?? [];
  return client?.scopes.filter((scope) => agreed.includes(scope)) ?? [];
}
