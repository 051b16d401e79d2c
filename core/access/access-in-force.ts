import type { Environment } from '../catalogue/environment.ts';
import type { Clock } from '../clock.ts';
import { findInactiveContractReasons, type InactiveContractReason } from '../contracts/in-force.ts';
import type { Contract, Contracts } from '../contracts/records.ts';
import { Rejected } from '../errors.ts';
import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';
import type { Partners } from '../partners/partner.ts';
import { utcMinute } from '../wording.ts';
import type { ExecutionRecord, FailedStep } from '../workflow/records.ts';
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

/** The access that a request was planned to be given, and when: the contract was in force then. */
type PlannedAccess = AccessSubject & Pick<ExecutionRecord, 'createdAt'>;

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
export function forAccessInForce(
  step: Step<AccessSubject>,
  { partners, contracts, clock }: Dependencies,
): Step<PlannedAccess> {
  return {
    ...step,
    apply: async (subject, event, awaitTurn) => {
      const { partnerId, plan, request, createdAt } = subject;
      const [partner, contract] = await Promise.all([
        partners.find(partnerId),
        contracts.find(plan.contractId),
      ]);
      const status = partner?.status ?? 'ended';
      if (status !== 'active') throw refusedFor('partner', partnerReasons[status]);
      const sentence =
        contract === undefined
          ? 'there is no such contract any more'
          : whyNotInForce(contract, clock.now(), new Date(createdAt), request.environment);
      if (sentence !== undefined) throw refusedFor('contract', `the contract is not in force: ${sentence}`);
      await step.apply(subject, event, awaitTurn);
    },
  };
}

/**
 * Says why a contract is not in force, if it is not. Whoever sees that a contract has not begun, although it had
 * when the request was planned, has a clock that is behind; calls are not accepted before it begins in any case.
 */
function whyNotInForce(
  contract: Contract,
  now: Date,
  plannedAt: Date,
  environment: Environment,
): string | undefined {
  const hadBegun = new Date(contract.startsAt) <= plannedAt;
  const reason = findInactiveContractReasons(contract, now, environment).find(
    (each) => each !== 'contract_not_begun' || !hadBegun,
  );
  return reason && contractReasonInWords(reason, contract, environment);
}

function contractReasonInWords(
  reason: InactiveContractReason,
  { startsAt }: Contract,
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
      return `it begins only on ${utcMinute(new Date(startsAt))}`;
    case 'contract_over':
      return 'it has run out';
    case 'contract_other_environment':
      return `it is not for ${environment}`;
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
