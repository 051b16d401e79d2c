import { memoize } from '../cache.ts';
import type { Environment } from '../catalogue/environment.ts';
import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';
import type { Contract } from './records.ts';

/** A reason why a contract grants nothing. */
export type InactiveContractReason =
  | `contract_${Exclude<LifecycleStatus, 'active'>}`
  | 'contract_not_begun'
  | 'contract_over'
  | 'contract_other_environment';

/** The attributes of a contract by which it is in force or not. */
export type ContractInForce = Pick<Contract, 'status' | 'environments'> & ContractPeriod;

interface ContractPeriod extends Pick<Contract, 'startsAt'> {
  readonly endsAt?: string | undefined;
}

/**
 * Lists every reason why a contract is not in force at a moment (OAU-1). The list is empty if it is in force.
 */
export function findInactiveContractReasons(
  contract: ContractInForce,
  at: Date,
  environment: Environment,
): readonly InactiveContractReason[] {
  const { status, environments } = contract;
  const { start, end } = contractPeriod(contract);
  const reasons: InactiveContractReason[] = [];
  if (status !== 'active') reasons.push(`contract_${status}`);
  if (at < start) reasons.push('contract_not_begun');
  if (end !== undefined && at >= end) reasons.push('contract_over');
  if (!environments.includes(environment)) reasons.push('contract_other_environment');
  return reasons;
}

/** Returns the moment at which a contract ends, if it does. No token and no cached answer may outlive it. */
export function contractEnd(contract: ContractPeriod): Date | undefined {
  return contractPeriod(contract).end;
}

const contractPeriod = memoize(({ startsAt, endsAt }: ContractPeriod) => ({
  start: new Date(startsAt),
  end: endsAt === undefined ? undefined : new Date(endsAt),
}));
