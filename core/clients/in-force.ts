import { entryOf } from '../entry-of.ts';
import type { Environment } from '../catalogue/environment.ts';
import {
  contractEnd,
  type ContractInForce,
  findInactiveContractReasons,
  type InactiveContractReason,
} from '../contracts/in-force.ts';
import type { Contract } from '../contracts/records.ts';
import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';
import type { Partner } from '../partners/partner.ts';
import type { ClientContext } from './client-context.ts';
import type { ClientMapping } from './client-mapping.ts';

type NotActive = Exclude<LifecycleStatus, 'active'>;

/** Why a client has no access. Callers are told the `code`, operators the `rule`. */
export type InactiveReason =
  | { readonly code: 'client_inactive'; readonly rule: 'client_missing' | `client_${NotActive}` }
  | {
      readonly code: 'contract_inactive';
      readonly rule: 'contract_missing' | 'contract_of_another_partner' | InactiveContractReason;
    }
  | { readonly code: 'partner_inactive'; readonly rule: 'partner_missing' | `partner_${NotActive}` };

/** What decides whether a client's access is in force. */
export interface AccessState {
  readonly client: Pick<ClientMapping, 'status' | 'partnerId' | 'contractId'> | undefined;
  readonly contract: (ContractInForce & Pick<Contract, 'partnerId'>) | undefined;
  readonly partner: Pick<Partner, 'status'> | undefined;
}

/**
 * Finds why a client has no access at a moment (OAU-1). The client, its contract and its partner are checked
 * in that order. Undefined if all three are in force.
 */
export function findInactiveReason(
  { client, contract, partner }: AccessState,
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

/**
 * Tells whether a client's access has ended: the client, its contract or its partner was ended, or the time of
 * the contract is over. Unlike a suspension, that is meant to last.
 */
export function hasAccessEnded({ client, contract, partner }: AccessState, at: Date): boolean {
  if ([client, contract, partner].some((record) => record?.status === 'ended')) return true;
  const end = contract && contractEnd(contract);
  return end !== undefined && at >= end;
}

/**
 * How many seconds a function instance uses a record before it reads it again. It limits the kill switch's
 * delay.
 */
export const recordCacheSeconds = 10;

/**
 * Returns the scopes that a client has now: those that it was granted and that its contract still contains.
 */
export function effectiveScopes({
  client,
  contract,
}: Pick<ClientContext, 'client' | 'contract'>): readonly string[] {
  const contractScopes = entryOf(contract?.products ?? {}, client?.product ?? '') ?? [];
  return client?.scopes.filter((scope) => contractScopes.includes(scope)) ?? [];
}
