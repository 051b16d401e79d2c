import type { Delivery } from '../credentials/delivery.ts';
import { deriveToken } from '../credentials/links.ts';
import { Conflict, NotFound, Rejected, RollbackIncomplete } from '../errors.ts';
import { writeOnce } from '../workflow/journal.ts';
import { targetOf } from '../access/subject.ts';
import type { Onboarding } from './onboarding.ts';
import type { Undoable } from '../workflow/step.ts';
import type { ReportDependencies } from './ticket-report.ts';
import { smokeTestUndone } from './ticket-texts.ts';
import { stepName } from '../access/step-names.ts';

/** The SES mailbox simulator accepts mail and shows it to nobody, so no partner can have a mailbox there. */
const simulator = '@simulator.amazonses.com';

/** Tells whether an onboarding is a smoke test: its mailbox is the simulator's, so it serves no partner. */
export function isSmokeTest({ request }: Pick<Onboarding, 'request'>): boolean {
  return request.email.endsWith(simulator);
}

/**
 * Returns the address of the pick-up link that was mailed to the simulator, for the person who runs the smoke
 * test. The code for it is in the ticket, as for any other link.
 * @throws {Rejected} for every onboarding that is not a smoke test, because its link is for the partner
 *   only
 * @throws {Conflict} if no link has been delivered, or the delivery has been undone
 */
export async function smokeTestLink(
  { steps, linkKey, publicUrl }: Pick<Delivery, 'steps' | 'linkKey' | 'publicUrl'>,
  onboarding: Onboarding,
): Promise<string> {
  requireSmokeTest(onboarding, 'SmokeTestLink');
  const record = await steps.find(onboarding.onboardingId, stepName.delivery);
  if (record?.state !== 'applied') {
    throw new Conflict({
      service: 'sallyport',
      operation: 'SmokeTestLink',
      detail: 'no link has been delivered',
    });
  }
  const token = await deriveToken(linkKey, onboarding.onboardingId, record.facts.linkNumber ?? 1);
  return `${publicUrl}/credentials/${token}`;
}

interface Dependencies extends ReportDependencies {
  /** The steps, in the order in which they are undone. */
  readonly undoable: readonly Undoable<Onboarding>[];
}

/**
 * Undoes a smoke test that is Done: everything that it created is removed as after a failure. Its record ends
 * `RolledBack`, so that the next smoke test is a new attempt at the same ticket. It may be repeated.
 * @throws {Rejected} for every onboarding that is not a smoke test
 * @throws {NotFound} if there is no such onboarding
 * @throws {Conflict} if it is not Done, because then its state machine undoes it
 * @throws {RollbackIncomplete} naming the steps whose effects are still there
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

  const leftovers: string[] = [];
  for (const step of undoable) {
    await step.undo(onboarding).catch(() => {
      leftovers.push(step.name);
    });
  }
  if (leftovers.length > 0) {
    throw new RollbackIncomplete({
      service: 'sallyport',
      operation: 'UndoSmokeTest',
      detail: leftovers.join(', '),
    });
  }
  await writeOnce(deps, targetOf(onboarding), 'SmokeTestUndone', smokeTestUndone());
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
