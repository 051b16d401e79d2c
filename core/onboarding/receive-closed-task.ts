import type { Prerequisite } from '../catalogue/prerequisite.ts';
import type { ClosedTask } from '../tickets/closed-task.ts';
import type { WaitingTasks } from '../workflow/ports.ts';
import type { Tickets } from '../tickets/records.ts';
import type { Steps } from '../workflow/records.ts';
import { closePrerequisiteTask, type PrerequisiteFacts } from '../access/prerequisite.ts';
import { stepName } from '../access/step-names.ts';

interface Dependencies {
  readonly tickets: Tickets;
  readonly steps: Steps<PrerequisiteFacts>;
  readonly tasks: WaitingTasks;
  readonly prerequisite: Prerequisite;
}

/**
 * What became of a closed task. `unknown`: no onboarding waits for the task. `other-task`: one waits for a task
 * of this number that has another id.
 */
export type ClosedTaskOutcome = 'closed' | 'repeated' | 'unknown' | 'other-task';

/**
 * Handles the closing of a task (WF-3). A desk gives each task an id that no other has. So a task with the right
 * number and another id is not the one that was asked for, but one of a copy of the desk, for example.
 */
export async function receiveClosedTask(deps: Dependencies, task: ClosedTask): Promise<ClosedTaskOutcome> {
  const ticket = await deps.tickets.find(task.ticketNumber);
  if (ticket === undefined) return 'unknown';
  const record = await deps.steps.find(ticket.onboardingId, stepName.prerequisite);
  if (record?.facts.taskNumber !== task.number) return 'unknown';
  if (record.facts.taskId !== task.id) return 'other-task';
  return (await closePrerequisiteTask(deps, ticket.onboardingId, task.state, task.prerequisiteId))
    ? 'closed'
    : 'repeated';
}
