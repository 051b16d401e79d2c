import type { Environment } from '../catalogue/environment.ts';
import type { Clock } from '../clock.ts';
import { findInactiveContractReasons, type InactiveContractReason } from '../contracts/in-force.ts';
import type { Contracts } from '../contracts/records.ts';
import { Rejected } from '../errors.ts';
import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';
import type { Partners } from '../partners/partner.ts';
import type { FailedStep } from '../workflow/records.ts';
import type { Step } from '../workflow/step.ts';
import type { AccessSubject } from './subject.ts';

/** What has to be in force while a step gives access. */
export type AccessCondition = 'partner' | 'contract';

/** The operation that the error names if a step was not applied because of its partner or its contract. */
const operations: Readonly<Record<AccessCondition, string>> = {
  partner: 'RequireActivePartner',
  contract: 'RequireContractInForce',
};

const refusedFor = (condition: AccessCondition, detail: string): Rejected =>
  new Rejected({ service: 'sallyport', operation: operations[condition], detail });

const partnerReasons: Readonly<Record<Exclude<LifecycleStatus, 'active'>, string>> = {
  draft: 'the partner is not active yet',
  suspended: 'the partner was suspended',
  ended: 'the partner is no longer active',
};

interface Dependencies {
  readonly partners: Pick<Partners, 'find'>;
  readonly contracts: Pick<Contracts, 'find'>;
  readonly clock: Clock;
}

/**
 * Wraps a step that gives access. It is applied only while the partner is active and the contract is in force. An
 * operator may have suspended either after the intake: a request may wait for days. Undoing depends on neither.
 *
 * `apply` throws {@link Rejected} if the partner is not active, or the contract is not in force.
 */
export function forAccessInForce<Subject extends Pick<AccessSubject, 'partnerId' | 'plan' | 'request'>>(
  step: Step<Subject>,
  { partners, contracts, clock }: Dependencies,
): Step<Subject> {
  return {
    ...step,
    apply: async (subject, event, awaitTurn) => {
      const { partnerId, plan, request } = subject;
      const [partner, contract] = await Promise.all([
        partners.find(partnerId),
        contracts.find(plan.contractId),
      ]);
      const status = partner?.status ?? 'ended';
      if (status !== 'active') throw refusedFor('partner', partnerReasons[status]);
      const reason =
        contract === undefined
          ? 'contract_missing'
          : findInactiveContractReasons(contract, clock.now(), request.environment).at(0);
      if (reason !== undefined) {
        const sentence = contractReasonInWords(reason, request.environment);
        throw refusedFor('contract', `the contract is not in force: ${sentence}`);
      }
      await step.apply(subject, event, awaitTurn);
    },
  };
}

function contractReasonInWords(
  reason: InactiveContractReason | 'contract_missing',
  environment: Environment,
): string {
  switch (reason) {
    case 'contract_draft':
      return 'it is not active yet';
    case 'contract_suspended':
      return 'it was suspended';
    case 'contract_ended':
      return 'it was ended';
    case 'contract_not_begun':
      return 'it has not begun yet';
    case 'contract_over':
      return 'it has run out';
    case 'contract_other_environment':
      return `it is not for ${environment}`;
    case 'contract_missing':
      return 'there is no such contract any more';
  }
}

/** What is not in force, and why. */
export interface AccessRefusal {
  readonly condition: AccessCondition;
  readonly reason: string;
}

/** Returns what was not in force, if the step failed because of it. */
export function accessRefusalOf({ failure }: Pick<FailedStep, 'failure'>): AccessRefusal | undefined {
  if (failure.service !== 'sallyport') return undefined;
  const condition = (['partner', 'contract'] as const).find((each) => operations[each] === failure.operation);
  return condition === undefined ? undefined : { condition, reason: failure.detail };
}
