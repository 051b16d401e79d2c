import { type Clock, secondsAfter } from '../clock.ts';
import { stepName } from '../access/step-names.ts';
import type { Attempt, TicketRecord, Tickets } from '../tickets/records.ts';
import { type OnboardingRequest, withoutPersonalData } from '../tickets/request.ts';
import { isEnd } from '../workflow/ends.ts';
import type { Alerts, Workflows } from '../workflow/ports.ts';
import { openStatuses, type Reason } from '../workflow/records.ts';
import type { ExecutionInput, Onboarding } from './onboarding.ts';
import { isSmokeTest } from './smoke-test.ts';
import { type ReportDependencies, writeMilestone } from './ticket-report.ts';

/**
 * The maximum number of records of each kind in one run. Those that are left come first in the next run.
 */
const maxPerRun = 200;

interface Dependencies extends ReportDependencies {
  readonly tickets: Tickets;
  readonly workflows: Pick<Workflows<ExecutionInput>, 'isRunning'>;
  readonly alerts: Alerts;
  readonly clock: Clock;
  /** For how many days after its end an onboarding keeps its personal data. */
  readonly personalDataDays: number;
}

/** What one run has removed. */
export interface RemovedPersonalData {
  readonly onboardings: number;
  readonly tickets: number;
}

/**
 * Removes the personal data of onboardings and tickets whose end was long enough ago. Ids, number, digest,
 * status and times stay, so that the same request is answered as before.
 *
 * An onboarding that was stopped, or could not be rolled back, keeps the user id, which its rollback needs. One
 * that has no end, although nothing runs, is given one: its data is removed that many days later.
 * @throws the first error, after everything was tried
 */
export async function removePersonalData(deps: Dependencies): Promise<RemovedPersonalData> {
  const before = secondsAfter(deps.clock.now(), -deps.personalDataDays * 86_400);
  const ended = await deps.onboardings.listEnded(before);
  const unstarted = await deps.tickets.listUnstarted(before);
  const started = await deps.tickets.listStarted(before);
  const failures: unknown[] = [];
  const countRemoved = async <Listed>(
    listed: readonly Listed[],
    remove: (each: Listed) => Promise<boolean>,
  ): Promise<number> => {
    let removed = 0;
    for (const each of listed.slice(0, maxPerRun)) {
      try {
        if (await remove(each)) removed += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    return removed;
  };
  const onboardings = await countRemoved(ended, (id) => removeFromOnboarding(deps, id, before));
  const tickets = await countRemoved([...unstarted, ...started], (attempt) =>
    removeFromTicket(deps, attempt, before),
  );
  if (failures.length > 0) throw failures[0];
  return { onboardings, tickets };
}

/** The steps come first: as long as they have personal data, the onboarding is listed. */
async function removeFromOnboarding(
  deps: Dependencies,
  onboardingId: string,
  before: Date,
): Promise<boolean> {
  const onboarding = await deps.onboardings.find(onboardingId);
  // The index may lag behind.
  if (onboarding === undefined || !hasEndedBefore(onboarding, before)) return false;
  if (await isStillRunning(deps, onboarding)) {
    await deps.onboardings.postponeRemoval(onboarding, deps.clock.now());
    return false;
  }
  await deps.steps.removeFacts(onboardingId, stepName.prerequisite, ['prerequisiteId']);
  await deps.onboardings.removePersonalData(withoutPeople(onboarding), deps.clock.now());
  return true;
}

async function removeFromTicket(deps: Dependencies, listed: Attempt, before: Date): Promise<boolean> {
  const { tickets, onboardings, clock } = deps;
  const ticket = await tickets.find(listed.ticketNumber);
  // A later attempt has an end of its own, and the index may lag behind.
  if (ticket?.onboardingId !== listed.onboardingId) return false;
  if (ticket.personalDataRemovedAt !== undefined) return false;
  const onboarding = await onboardings.find(ticket.onboardingId);
  if (onboarding !== undefined && hasEndedBefore(onboarding, before)) {
    if (!(await isStillRunning(deps, onboarding))) {
      await tickets.removePersonalData(ticket, withoutPersonalData(ticket.request), clock.now());
      return true;
    }
  } else if (onboarding?.endedAt !== undefined) {
    await tickets.postponeRemoval(ticket, new Date(onboarding.endedAt));
    return false;
  } else if (!(await deps.workflows.isRunning(ticket.onboardingId))) {
    if (onboarding === undefined) await rejectUnbegun(deps, ticket);
    else if (onboarding.status === 'Running') await recordLostEnd(deps, onboarding);
  }
  await tickets.postponeRemoval(ticket, clock.now());
  return false;
}

const hasEndedBefore = ({ endedAt }: Onboarding, before: Date): boolean =>
  endedAt !== undefined && new Date(endedAt) < before;

/** An execution that was redriven runs on, although its record says that it was stopped. */
const isStillRunning = async (
  { workflows }: Pick<Dependencies, 'workflows'>,
  { status, onboardingId }: Onboarding,
): Promise<boolean> => !isEnd(status) && (await workflows.isRunning(onboardingId));

const neverBegun: Reason = {
  code: 'never_begun',
  sentence: 'The request was recorded, but its processing never began. Please submit a new request.',
};

/**
 * Ends an attempt that never began. Nothing was set up for it. If its execution begins at the same moment after
 * all, its intake finds it rejected, or has created its record first, which then stays.
 */
async function rejectUnbegun(deps: Dependencies, ticket: TicketRecord): Promise<void> {
  const { onboardingId, request } = ticket;
  const onboarding = await deps.onboardings.create({
    onboardingId,
    request,
    partnerId: '',
    status: 'Running',
    plan: {
      contractId: request.contractNumber ?? '',
      assignmentGroup: '',
      productName: request.product,
      group: '',
      scopes: [],
      ratePlan: '',
      routes: [],
      objections: [neverBegun],
    },
    createdAt: deps.clock.now().toISOString(),
  });
  if (onboarding.plan.objections[0]?.code !== neverBegun.code) return;
  await deps.onboardings.conclude(onboardingId, openStatuses, 'Rejected', [neverBegun]);
  await writeMilestone(deps, { ...onboarding, status: 'Rejected', reasons: [neverBegun] }, 'Rejected');
  await deps.tickets.markStarted(ticket);
}

/** Ends an onboarding whose execution has ended unheard. Operators are told as of any that was stopped. */
async function recordLostEnd(
  { onboardings, alerts }: Dependencies,
  { onboardingId }: Onboarding,
): Promise<void> {
  const reasons = [
    { code: 'end_not_recorded', sentence: 'The execution has ended, and its end was never recorded.' },
  ];
  await onboardings.conclude(onboardingId, ['Running'], 'Stopped', reasons);
  await alerts.raise({ executionId: onboardingId, status: 'Stopped', reasons });
}

/**
 * Returns what a record keeps of a request. A rollback needs the user id, and the undo of a smoke test that is
 * Done needs its mailbox, too.
 */
function keptOf({ request, status }: Onboarding): OnboardingRequest {
  const { email, userId } = request;
  const rest = withoutPersonalData(request);
  if (status === 'Done' && isSmokeTest({ request })) return { ...rest, email, userId };
  return isEnd(status) ? rest : { ...rest, userId };
}

/** Returns the record without personal data. Sentences may name the user, so only their codes stay. */
function withoutPeople(onboarding: Onboarding): Onboarding {
  const { reasons, plan } = onboarding;
  return {
    ...onboarding,
    request: keptOf(onboarding),
    plan: { ...plan, objections: plan.objections.map(withoutSentence) },
    ...(reasons !== undefined && { reasons: reasons.map(withoutSentence) }),
  };
}

const withoutSentence = ({ code }: Reason): Reason => ({
  code,
  sentence: `${code} (the sentence was removed with the personal data)`,
});
