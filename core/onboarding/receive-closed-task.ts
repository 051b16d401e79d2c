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

/** Handles the closing of a task (WF-3). `unknown` means that no onboarding waits for the task. */
export async function receiveClosedTask(
  deps: Dependencies,
  task: ClosedTask,
): Promise<'closed' | 'repeated' | 'unknown'> {
  const ticket = await deps.tickets.find(task.ticketNumber);
  if (ticket === undefined) return 'unknown';
  const record = await deps.steps.find(ticket.onboardingId, stepName.prerequisite);
  if (record?.facts.taskNumber !== task.number) return 'unknown';
  return (await closePrerequisiteTask(deps, ticket.onboardingId, task.state, task.prerequisiteId))
    ? 'closed'
    : 'repeated';
}
