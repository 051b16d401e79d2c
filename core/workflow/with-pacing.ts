import type { Caller, Pace } from '../pace/pace.ts';
import type { QuotaName } from '../pace/quotas.ts';
import type { StepStates } from './records.ts';
import type { Step, Undoable } from './step.ts';

interface Dependencies<Quota extends QuotaName> {
  readonly pace: Pace<Quota>;
  readonly steps: Pick<StepStates, 'find'>;
}

/**
 * Wraps a step whose vendor rate-limits its calls. The step waits for its turn before it begins, so a run
 * that has to wait has called no vendor. An undo that has nothing to undo needs no turn.
 * @param callerOf returns for whom the calls are made, and with it the id of the execution
 */
export function withPacing<Subject, Quota extends QuotaName>(
  step: Step<Subject>,
  quota: Quota,
  callerOf: (subject: Subject) => Caller,
  { pace, steps }: Dependencies<Quota>,
): Step<Subject> {
  return {
    ...withPacedUndo(step, quota, callerOf, { pace, steps }),
    apply: (subject, event) =>
      pace.call(quota, callerOf(subject), (awaitTurn) => step.apply(subject, event, awaitTurn)),
  };
}

/** Wraps only the undo part of a step in the same way. */
export function withPacedUndo<Subject, Quota extends QuotaName>(
  step: Undoable<Subject>,
  quota: Quota,
  callerOf: (subject: Subject) => Caller,
  { pace, steps }: Dependencies<Quota>,
): Undoable<Subject> {
  return {
    name: step.name,
    undo: async (subject) => {
      const record = await steps.find(callerOf(subject).onboardingId, step.name);
      if (record?.state === 'undone') return;
      if (record === undefined) return step.undo(subject);
      return pace.call(quota, callerOf(subject), (awaitTurn) => step.undo(subject, awaitTurn));
    },
  };
}
