import type { ClosedTask } from '../tickets/payload.ts';
import type { WaitingTasks } from '../workflow/ports.ts';
import type { Tickets } from '../tickets/records.ts';
import type { Steps } from '../workflow/records.ts';
import { closeEwacsTask, type EwacsAccountFacts } from '../access/ewacs-account.ts';

interface Dependencies {
  readonly tickets: Tickets;
  readonly steps: Steps<EwacsAccountFacts>;
  readonly tasks: WaitingTasks;
}

/** Handles the closing of a ServiceNow task (WF-3). `unknown` means that no onboarding waits for the task. */
export async function receiveClosedTask(
  deps: Dependencies,
  task: ClosedTask,
): Promise<'closed' | 'repeated' | 'unknown'> {
  const ticket = await deps.tickets.find(task.requestItem);
  if (ticket === undefined) return 'unknown';
  const record = await deps.steps.find(ticket.onboardingId, 'ewacs-account');
  if (record?.facts.taskNumber !== task.number) return 'unknown';
  return (await closeEwacsTask(deps, ticket.onboardingId, task.state, task.ewacsUserId))
    ? 'closed'
    : 'repeated';
}
