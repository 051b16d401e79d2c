import { Unavailable } from '../errors.ts';
import { resolveContract, type ContractResolution } from './resolve-contract.ts';
import { reportLeftovers } from './finish-rollback.ts';
import { ticketNumberOf } from '../workflow/ids.ts';
import { writeOnce } from '../workflow/journal.ts';
import type { Reason } from '../workflow/plan.ts';
import type { Alerts, ExecutionState, Workflows } from '../workflow/ports.ts';
import { type Onboarding, type StepName, type Tickets, openStatuses } from '../workflow/records.ts';
import { newOnboarding } from './request-intake.ts';
import { type Milestone, reportMilestone, type ReportDependencies, writeMilestone } from './ticket-report.ts';
import { stopped } from './ticket-texts.ts';

interface Dependencies extends ReportDependencies, ContractResolution {
  readonly tickets: Tickets;
  readonly workflows: Pick<Workflows, 'stateOf'>;
  readonly alerts: Alerts;
}

/**
 * Brings record and ticket in line with an execution that has ended, and alerts the operators if only they
 * can continue. Most executions record their end themselves. This handles those that could not.
 * @param endedAt the time of the end that an event reported; absent if there was no event
 * @throws {Unavailable} if Step Functions does not show that end yet
 */
export async function reconcile(deps: Dependencies, onboardingId: string, endedAt?: Date): Promise<void> {
  const onboarding = await findOrCreateOnboarding(deps, onboardingId);
  if (onboarding === undefined) return;
  const { status } = onboarding;
  // The record has its final status, but the ticket may not have been told.
  if (status === 'Done' || status === 'Rejected' || status === 'RolledBack') {
    return writeMilestone(deps, onboarding, status);
  }

  const execution = await deps.workflows.stateOf(onboardingId);
  if (execution.status === 'RUNNING') {
    // If the execution was redriven after that end, its next end will be reported, too.
    if (endedAt === undefined || (execution.redrivenAt ?? 0) > endedAt) return;
    throw new Unavailable({
      service: 'stepfunctions',
      operation: 'DescribeExecution',
      detail: 'the execution is not known to have ended',
    });
  }

  const milestone = milestoneOf(execution);
  if (milestone !== undefined) return reportMilestone(deps, onboardingId, milestone);
  await (status === 'RollbackIncomplete'
    ? alertOfLeftovers(deps, onboarding)
    : recordStop(deps, onboarding, execution));
}

/** Finds the onboarding. If the intake failed before it created the record, the record is created now. */
async function findOrCreateOnboarding(
  deps: Dependencies,
  onboardingId: string,
): Promise<Onboarding | undefined> {
  const onboarding = await deps.onboardings.find(onboardingId);
  if (onboarding !== undefined) return onboarding;
  const ticket = await deps.tickets.find(ticketNumberOf(onboardingId));
  if (ticket?.onboardingId !== onboardingId) return undefined;
  return deps.onboardings.create(
    newOnboarding(ticket, await resolveContract(deps, ticket), deps.catalogue, deps.clock.now()),
  );
}

/** Returns the milestone that the execution itself ended with, if it did. */
function milestoneOf({ status, error }: ExecutionState): Milestone | undefined {
  if (status === 'SUCCEEDED') return 'Done';
  return status === 'FAILED' && (error === 'RolledBack' || error === 'Rejected') ? error : undefined;
}

async function alertOfLeftovers(deps: Dependencies, onboarding: Onboarding): Promise<void> {
  const { onboardingId, request, reasons = [] } = onboarding;
  await deps.alerts.raise({
    onboardingId,
    ticketNumber: request.ticket.number,
    status: 'RollbackIncomplete',
    reasons,
  });
  await reportLeftovers(
    deps,
    onboarding,
    reasons.map(({ code }) => code as StepName),
  );
}

async function recordStop(
  deps: Dependencies,
  onboarding: Onboarding,
  execution: ExecutionState,
): Promise<void> {
  const { onboardingId, request } = onboarding;
  const stepsInEffect = await deps.steps.stepsInEffect(onboardingId);
  const reasons = [
    whyStopped(execution),
    ...stepsInEffect.map((step) => ({ code: step, sentence: `${step} is not undone.` })),
  ];
  await deps.onboardings.conclude(onboardingId, openStatuses, 'Stopped', reasons);
  await deps.alerts.raise({ onboardingId, ticketNumber: request.ticket.number, status: 'Stopped', reasons });
  await writeOnce(deps, onboarding, `Stopped:${execution.redriveCount}`, stopped(stepsInEffect));
}

function whyStopped({ status, error }: ExecutionState): Reason {
  switch (status) {
    case 'ABORTED':
      return { code: 'aborted', sentence: 'The execution was stopped by hand.' };
    case 'TIMED_OUT':
      return { code: 'timed_out', sentence: 'The execution ran out of time.' };
    default:
      return {
        code: 'failed',
        sentence: `The execution failed where nothing takes an error over: ${error ?? 'an error without a name'}.`,
      };
  }
}
