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
 * Makes record and ticket agree with an execution that has ended, and alerts the operators if only they can go
 * on. Most ends have been recorded by the execution itself; this is for those that it could not record.
 * @param endedAt the end that is told; absent if somebody merely asks
 * @throws {Unavailable} Step Functions does not know of that end yet
 */
export async function reconcile(deps: Dependencies, onboardingId: string, endedAt?: Date): Promise<void> {
  const onboarding = await found(deps, onboardingId);
  if (onboarding === undefined) return;
  const { status } = onboarding;
  // The record has its end; the ticket may not have heard of it.
  if (status === 'Done' || status === 'Rejected' || status === 'RolledBack') {
    return writeMilestone(deps, onboarding, status);
  }

  const execution = await deps.workflows.stateOf(onboardingId);
  if (execution.status === 'RUNNING') {
    // Redriven since, its next end will be told, too.
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
    : stop(deps, onboarding, execution));
}

/** An intake that failed for good may have left no record: it is written now, so that there is one to end. */
async function found(deps: Dependencies, onboardingId: string): Promise<Onboarding | undefined> {
  const onboarding = await deps.onboardings.find(onboardingId);
  if (onboarding !== undefined) return onboarding;
  const ticket = await deps.tickets.find(ticketNumberOf(onboardingId));
  if (ticket?.onboardingId !== onboardingId) return undefined;
  return deps.onboardings.create(
    newOnboarding(ticket, await resolveContract(deps, ticket), deps.catalogue, deps.clock.now()),
  );
}

/** The end that the execution came to by itself, if it did. */
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

async function stop(deps: Dependencies, onboarding: Onboarding, execution: ExecutionState): Promise<void> {
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
