import type { Delivery } from '../credentials/delivery.ts';
import { deriveLink } from '../credentials/links.ts';
import { Conflict, NotFound, Rejected, RollbackIncomplete } from '../errors.ts';
import { writeOnce } from '../workflow/journal.ts';
import type { Onboarding, StepName } from '../workflow/records.ts';
import type { Undoable } from '../workflow/step.ts';
import type { ReportDependencies } from './ticket-report.ts';
import { smokeTestUndone } from './ticket-texts.ts';

/** SES's mailbox simulator takes mail and shows it to nobody, so no partner can have its mailbox there. */
const simulator = '@simulator.amazonses.com';

/** An onboarding whose credentials are delivered to the mailbox simulator serves no partner. */
export function isSmokeTest({ request }: Pick<Onboarding, 'request'>): boolean {
  return request.email.endsWith(simulator);
}

/**
 * The address of the pick-up link that was mailed to the simulator, for whoever runs the smoke test. Its code is
 * in the ticket, as for any other.
 * @throws {Rejected} for every onboarding that is no smoke test: its link belongs to the partner alone
 * @throws {Conflict} if no link has been delivered, or the delivery has been undone
 */
export async function smokeTestLink(
  { steps, macKey, publicUrl }: Pick<Delivery, 'steps' | 'macKey' | 'publicUrl'>,
  onboarding: Onboarding,
): Promise<string> {
  requireSmokeTest(onboarding, 'SmokeTestLink');
  const record = await steps.find(onboarding.onboardingId, 'credential-delivery');
  if (record?.state !== 'applied') {
    throw new Conflict({
      service: 'sallyport',
      operation: 'SmokeTestLink',
      detail: 'no link has been delivered',
    });
  }
  const { token } = await deriveLink(macKey, onboarding.onboardingId, record.facts.linkNumber ?? 1);
  return `${publicUrl}/credentials/${token}`;
}

interface Dependencies extends ReportDependencies {
  /** In the order in which they are undone. */
  readonly undoable: readonly Undoable[];
}

/**
 * Takes back a smoke test that is done: everything that it made, by the same undoing as after a failure. Its record
 * ends `RolledBack`, so that the next smoke test is a new attempt at the same ticket. May be run again.
 * @throws {Rejected} for every onboarding that is no smoke test
 * @throws {Conflict} if it is not done: its state machine undoes it
 * @throws {RollbackIncomplete} naming the steps whose work is still there
 */
export async function undoSmokeTest(deps: Dependencies, onboardingId: string): Promise<void> {
  const { onboardings, undoable } = deps;
  const onboarding = await onboardings.find(onboardingId);
  if (onboarding === undefined) {
    throw new NotFound({
      service: 'sallyport',
      operation: 'UndoSmokeTest',
      detail: 'there is no such onboarding',
    });
  }
  requireSmokeTest(onboarding, 'UndoSmokeTest');
  if (onboarding.status === 'RolledBack') return;
  if (onboarding.status !== 'Done') {
    throw new Conflict({
      service: 'sallyport',
      operation: 'UndoSmokeTest',
      detail: `the onboarding is ${onboarding.status}, not Done`,
    });
  }

  const left: StepName[] = [];
  for (const step of undoable) {
    await step.undo(onboarding).catch(() => {
      left.push(step.name);
    });
  }
  if (left.length > 0) {
    throw new RollbackIncomplete({
      service: 'sallyport',
      operation: 'UndoSmokeTest',
      detail: left.join(', '),
    });
  }
  await writeOnce(deps, onboarding, 'SmokeTestUndone', smokeTestUndone());
  await onboardings.conclude(onboardingId, ['Done'], 'RolledBack');
}

function requireSmokeTest(onboarding: Onboarding, operation: string): void {
  if (isSmokeTest(onboarding)) return;
  throw new Rejected({
    service: 'sallyport',
    operation,
    detail: `only for an onboarding whose mailbox ends in ${simulator}`,
  });
}
