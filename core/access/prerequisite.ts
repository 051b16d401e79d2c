import { groupOf, type Placeholder, type Prerequisite } from '../catalogue/prerequisite.ts';
import type { Clock } from '../clock.ts';
import { NotFound, Rejected } from '../errors.ts';
import { createOnce, findRecordToUndo } from '../workflow/exactly-once.ts';
import { fillIn } from '../tickets/wording.ts';
import type { ClosedState, TicketDesk, TicketState, TicketTask } from '../tickets/ports.ts';
import type { WaitingTasks } from '../workflow/ports.ts';
import type { Steps } from '../workflow/records.ts';
import type { AccessSubject } from './subject.ts';
import { lookAlikeWarning } from './look-alike-warning.ts';
import { prerequisiteTask } from './prerequisite-task.ts';
import type { Step, Undoable } from '../workflow/step.ts';
import { stepName } from './step-names.ts';

/** What the step records about its effects. */
export interface PrerequisiteFacts {
  readonly [stepName.prerequisite]: {
    readonly taskToken?: string;
    readonly taskId?: string;
    readonly taskNumber?: string;
    /** The state that the task was closed with. */
    readonly closedState?: ClosedState;
    /** The id of what was created, for example of an account. */
    readonly prerequisiteId?: string;
  };
}

interface Dependencies {
  readonly steps: Steps<PrerequisiteFacts>;
  readonly desk: TicketDesk;
  readonly tasks: WaitingTasks;
  readonly prerequisite: Prerequisite;
  readonly clock: Clock;
}

const correlationOf = (onboardingId: string): string => `${onboardingId}/${stepName.prerequisite}`;
const findTask = (desk: TicketDesk, onboardingId: string): Promise<TicketTask | undefined> =>
  desk.findTask(correlationOf(onboardingId));

/**
 * The step that asks the assignment group for the prerequisite (WF-3). The workflow then waits for the task
 * to be closed. The task may be closed before its number is recorded, so its state is checked again at the
 * end.
 */
export function prerequisiteStep(deps: Dependencies): Step<AccessSubject> {
  const { steps, desk, prerequisite, clock } = deps;
  return {
    ...undoablePrerequisite(deps),

    apply: async ({ onboardingId, request, plan }, { taskToken }) => {
      const { record, fresh } = await steps.intend(onboardingId, stepName.prerequisite);
      if (taskToken !== undefined) {
        await steps.wait(onboardingId, stepName.prerequisite, clock.now(), { taskToken });
      }
      if (record.facts.taskId === undefined) {
        const task = await createOnce(steps, onboardingId, stepName.prerequisite, fresh, {
          lookUp: () => findTask(desk, onboardingId),
          create: () =>
            desk.createTask({
              ticketId: request.ticket.id,
              assignmentGroup: groupOf(prerequisite, plan.assignmentGroup),
              correlationId: correlationOf(onboardingId),
              ...prerequisiteTask(
                prerequisite,
                valuesOf(prerequisite, request, plan),
                request.description,
                lookAlikeWarning(request.company, plan),
              ),
            }),
        });
        await steps.note(onboardingId, stepName.prerequisite, {
          taskId: task.id,
          taskNumber: task.number,
        });
      }
      const current = await findTask(desk, onboardingId);
      if (current !== undefined && isClosed(current.state)) {
        await closePrerequisiteTask(deps, onboardingId, current.state);
      }
    },
  };
}

const valuesOf = (
  prerequisite: Prerequisite,
  { company, userId }: AccessSubject['request'],
  { productName, assignmentGroup }: AccessSubject['plan'],
): Readonly<Record<Placeholder, string>> => ({
  company,
  userId,
  product: productName,
  assignmentGroup: groupOf(prerequisite, assignmentGroup),
});

/** Returns only the undo part of the step. It does not need the waiting tasks. */
export function undoablePrerequisite({
  steps,
  desk,
  prerequisite,
}: Pick<Dependencies, 'steps' | 'desk' | 'prerequisite'>): Undoable<AccessSubject> {
  return {
    name: stepName.prerequisite,

    undo: async ({ onboardingId, request, plan }) => {
      const record = await findRecordToUndo(steps, onboardingId, stepName.prerequisite);
      if (record === undefined) return;
      const task = await findTask(desk, onboardingId);
      if (task !== undefined && !isClosed(task.state)) {
        const withdrawn = fillIn(prerequisite.task.withdrawn, valuesOf(prerequisite, request, plan));
        await desk.updateTask(task.id, { state: 'incomplete', internalNote: withdrawn });
      }
      await steps.undone(onboardingId, stepName.prerequisite);
    },
  };
}

const isClosed = (state: TicketState): state is ClosedState => state === 'complete' || state === 'incomplete';

/**
 * Records the closing of the task, and lets the waiting workflow continue, or fail if the task was not
 * completed. It may be repeated, because a task token that was used is ignored.
 * @returns false if a closing was recorded before, or the step is not in effect
 */
export async function closePrerequisiteTask(
  { steps, tasks, prerequisite }: Pick<Dependencies, 'steps' | 'tasks' | 'prerequisite'>,
  onboardingId: string,
  closedState: ClosedState,
  prerequisiteId?: string,
): Promise<boolean> {
  const record = await steps.find(onboardingId, stepName.prerequisite);
  if (record === undefined || record.state === 'undone') return false;
  const isFirst = record.facts.closedState === undefined;
  // Only the first closing counts, whatever a later one says.
  const state = record.facts.closedState ?? closedState;
  if (isFirst) {
    await steps.applied(onboardingId, stepName.prerequisite, {
      closedState,
      ...(prerequisiteId !== undefined && { prerequisiteId }),
    });
  }
  const unmet = {
    service: 'sallyport',
    operation: stepName.prerequisite,
    detail: prerequisite.task.unmet,
  };
  if (state !== 'complete') {
    await steps.failed(onboardingId, stepName.prerequisite, { error: 'Rejected', ...unmet });
  }
  const { taskToken } = record.facts;
  if (taskToken !== undefined) {
    try {
      await (state === 'complete'
        ? tasks.succeed(taskToken)
        : tasks.fail(taskToken, 'Rejected', new Rejected(unmet).message));
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
    }
  }
  return isFirst;
}
