import type { Clock } from '../clock.ts';
import { writeOnce } from '../workflow/journal.ts';
import { finishRollback } from '../workflow/finish-rollback.ts';
import type { Alerts, Workflows } from '../workflow/ports.ts';
import { reconcile } from '../workflow/reconcile.ts';
import type { Stalls } from '../workflow/records.ts';
import type { Reports } from '../workflow/reports.ts';
import { reportStalls, type StallCounts } from '../workflow/stalls.ts';
import type { Undoable } from '../workflow/step.ts';
import { sweep } from '../workflow/sweep.ts';
import type { Tickets } from '../tickets/records.ts';
import { targetOf } from '../access/subject.ts';
import { ticketNumberOf } from './ids.ts';
import { type ExecutionInput, isStepName, type Onboarding, type Onboardings } from './onboarding.ts';
import { startAttempt } from './receive-request.ts';
import { newOnboarding } from './request-intake.ts';
import { type ContractResolution, resolveContract } from './resolve-contract.ts';
import { type ReportDependencies, writeMilestone } from './ticket-report.ts';
import {
  rollbackIncomplete,
  stopped,
  undoWaitsForVendor,
  vendorNameOf,
  waitsForVendor,
} from './ticket-texts.ts';
import { stepName } from '../access/step-names.ts';

/** The onboarding's part in what is done for every workflow. The rest is in `core/workflow`. */

/** Returns how an onboarding's ticket is told. */
function reportsOf(reporting: ReportDependencies): Reports<Onboarding> {
  return {
    end: (onboarding, end) => writeMilestone(reporting, onboarding, end),
    leftovers: async (onboarding, names) => {
      const steps = names.filter(isStepName);
      const failed = await reporting.steps.failedStep(onboarding.onboardingId);
      // Each set of steps is reported once.
      const entry = `RollbackIncomplete:${names.join(',')}`;
      await writeOnce(reporting, targetOf(onboarding), entry, rollbackIncomplete(reporting, failed, steps));
    },
    stopped: async (onboarding, names, redriveCount) => {
      const text = stopped(reporting, names.filter(isStepName));
      await writeOnce(reporting, targetOf(onboarding), `Stopped:${redriveCount}`, text);
    },
    waits: async (onboarding, { what, since }, service, isBeingUndone) => {
      const vendor = vendorNameOf(reporting.vendors, what, service);
      const text = isBeingUndone ? undoWaitsForVendor(vendor, since) : waitsForVendor(vendor, since);
      const entry = `${isBeingUndone ? 'UndoWaits' : 'Waits'}:${what}`;
      await writeOnce(reporting, targetOf(onboarding), entry, text);
    },
  };
}

interface SweepDependencies {
  readonly tickets: Tickets;
  readonly onboardings: Onboardings;
  readonly workflows: Workflows<ExecutionInput>;
  readonly clock: Clock;
}

/**
 * Starts the onboardings that were recorded and never started, because the webhook crashed in between and
 * ServiceNow did not deliver the event again.
 */
export const sweepOnboardings = (deps: SweepDependencies): Promise<number> =>
  sweep(
    deps.clock,
    (before) => deps.tickets.listUnstarted(before),
    (attempt) => startAttempt(deps, attempt),
  );

interface ReconcileDependencies extends ReportDependencies, ContractResolution {
  readonly clock: Clock;
  readonly tickets: Tickets;
  readonly workflows: Pick<Workflows<unknown>, 'stateOf'>;
  readonly alerts: Alerts;
}

/** Brings an onboarding's record and its ticket in line with its execution. See `reconcile`. */
export const reconcileOnboarding = (
  deps: ReconcileDependencies,
  onboardingId: string,
  endedAt?: Date,
): Promise<void> =>
  reconcile(
    {
      ...deps,
      executions: deps.onboardings,
      findOrCreate: (id) => findOrCreateOnboarding(deps, id),
      reports: reportsOf(deps),
    },
    onboardingId,
    endedAt,
  );

/** Finds the onboarding. If the intake failed before it created the record, the record is created now. */
async function findOrCreateOnboarding(
  deps: ReconcileDependencies,
  onboardingId: string,
): Promise<Onboarding | undefined> {
  const onboarding = await deps.onboardings.find(onboardingId);
  if (onboarding !== undefined) return onboarding;
  const ticket = await deps.tickets.find(ticketNumberOf(onboardingId));
  if (ticket?.onboardingId !== onboardingId) return undefined;
  const now = deps.clock.now();
  const resolvedContract = await resolveContract(deps, ticket, now);
  return deps.onboardings.create(newOnboarding(ticket, resolvedContract, deps.catalogue, now));
}

interface StallDependencies extends ReportDependencies {
  readonly stalls: Stalls;
  readonly workflows: Pick<Workflows<unknown>, 'isRunning'>;
  readonly alerts: Alerts;
  readonly clock: Clock;
  readonly operatorsDecideAfterHours: number;
}

/** Reports the onboardings that wait for a vendor. See `reportStalls`. */
export const reportStalledOnboardings = (deps: StallDependencies): Promise<StallCounts> =>
  reportStalls({
    ...deps,
    executions: deps.onboardings,
    reports: reportsOf(deps),
    lastStep: stepName.delivery,
  });

interface RollbackDependencies extends ReportDependencies {
  /** The steps, in the order in which they are undone. */
  readonly undoable: readonly Undoable<Onboarding>[];
  readonly stalls: Pick<Stalls, 'begin'>;
  readonly clock: Clock;
}

/** Ends the undo chain of an onboarding. See `finishRollback`. */
export const finishOnboardingRollback = (deps: RollbackDependencies, onboardingId: string): Promise<void> =>
  finishRollback({ ...deps, executions: deps.onboardings, reports: reportsOf(deps) }, onboardingId);
