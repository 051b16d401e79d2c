import type { Clock } from '../clock.ts';
import { NotFound, Rejected } from '../errors.ts';
import { createOnce, findRecordToUndo } from '../workflow/exactly-once.ts';
import type { TicketDesk, TicketTask } from '../tickets/ports.ts';
import type { WaitingTasks } from '../workflow/ports.ts';
import type { Steps } from '../workflow/records.ts';
import type { AccessSubject } from './subject.ts';
import { ewacsTask, ewacsTaskWithdrawn } from './ewacs-task.ts';
import type { Step, Undoable } from '../workflow/step.ts';

/** What the step records about its effects. */
export interface EwacsAccountFacts {
  readonly 'ewacs-account': {
    readonly taskToken?: string;
    readonly taskSysId?: string;
    readonly taskNumber?: string;
    /** The ServiceNow state that the task was closed with. */
    readonly closedState?: string;
    readonly ewacsUserId?: string;
  };
}

interface Dependencies {
  readonly steps: Steps<EwacsAccountFacts>;
  readonly desk: TicketDesk;
  readonly tasks: WaitingTasks;
  readonly clock: Clock;
}

const correlationOf = (onboardingId: string): string => `${onboardingId}/ewacs-account`;
const findTask = (desk: TicketDesk, onboardingId: string): Promise<TicketTask | undefined> =>
  desk.findTask(correlationOf(onboardingId));

/**
 * The step that asks the assignment group for the EWACS account (WF-3). The workflow then waits for the task
 * to be closed. The task may be closed before its number is recorded, so its state is checked again at the
 * end.
 */
export function ewacsAccount({ steps, desk, tasks, clock }: Dependencies): Step<AccessSubject> {
  return {
    ...undoableEwacsAccount({ steps, desk }),

    apply: async ({ onboardingId, request, plan }, { taskToken }) => {
      const { record, fresh } = await steps.intend(onboardingId, 'ewacs-account');
      if (taskToken !== undefined) {
        await steps.wait(onboardingId, 'ewacs-account', clock.now(), { taskToken });
      }
      if (record.facts.taskSysId === undefined) {
        const task = await createOnce(steps, onboardingId, 'ewacs-account', fresh, {
          lookUp: () => findTask(desk, onboardingId),
          create: () =>
            desk.createTask({
              requestItemSysId: request.ticket.sysId,
              assignmentGroup: plan.assignmentGroup,
              correlationId: correlationOf(onboardingId),
              ...ewacsTask({
                company: request.company,
                userId: request.userId,
                product: plan.productName,
                description: request.description,
              }),
            }),
        });
        await steps.note(onboardingId, 'ewacs-account', { taskSysId: task.sysId, taskNumber: task.number });
      }
      const current = await findTask(desk, onboardingId);
      if (current !== undefined && isClosed(current.state)) {
        await closeEwacsTask({ steps, tasks }, onboardingId, current.state);
      }
    },
  };
}

/** Returns only the undo part of the step. It does not need the waiting tasks. */
export function undoableEwacsAccount({
  steps,
  desk,
}: Pick<Dependencies, 'steps' | 'desk'>): Undoable<AccessSubject> {
  return {
    name: 'ewacs-account',

    undo: async ({ onboardingId }) => {
      const record = await findRecordToUndo(steps, onboardingId, 'ewacs-account');
      if (record === undefined) return;
      const task = await findTask(desk, onboardingId);
      if (task !== undefined && !isClosed(task.state)) {
        await desk.update('sc_task', task.sysId, { state: '4', work_notes: ewacsTaskWithdrawn() });
      }
      await steps.undone(onboardingId, 'ewacs-account');
    },
  };
}

const closedWithoutAccount = {
  service: 'sallyport',
  operation: 'ewacs-account',
  detail: 'the task was closed without an EWACS account',
};
const isClosed = (state: string): boolean => Number(state) >= 3;

/**
 * Records the closing of the task, and lets the waiting workflow continue, or fail if the task was not
 * completed. It may be repeated, because a task token that was used is ignored.
 * @param closedState the ServiceNow state of the task; 3 is closed complete
 * @returns false if a closing was recorded before, or the step is not in effect
 */
export async function closeEwacsTask(
  { steps, tasks }: Pick<Dependencies, 'steps' | 'tasks'>,
  onboardingId: string,
  closedState: string,
  ewacsUserId?: string,
): Promise<boolean> {
  const record = await steps.find(onboardingId, 'ewacs-account');
  if (record === undefined || record.state === 'undone') return false;
  const isFirst = record.facts.closedState === undefined;
  // Only the first closing counts, whatever a later one says.
  const state = record.facts.closedState ?? closedState;
  if (isFirst) {
    await steps.applied(onboardingId, 'ewacs-account', {
      closedState,
      ...(ewacsUserId !== undefined && { ewacsUserId }),
    });
  }
  if (state !== '3') {
    await steps.failed(onboardingId, 'ewacs-account', { error: 'Rejected', ...closedWithoutAccount });
  }
  const { taskToken } = record.facts;
  if (taskToken !== undefined) {
    try {
      await (state === '3'
        ? tasks.succeed(taskToken)
        : tasks.fail(taskToken, 'Rejected', new Rejected(closedWithoutAccount).message));
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
    }
  }
  return isFirst;
}
