import { isEnd } from '../core/workflow/ends.ts';
import { groupOf, type Prerequisite, prerequisiteOf } from '../core/catalogue/prerequisite.ts';
import { overdueAfterHours } from '../core/workflow/waits.ts';
import { stepName } from '../core/access/step-names.ts';
import type { NoNewLink } from '../core/credentials/new-link.ts';
import { readCatalogueSource } from '../resources/catalogue-source.ts';
import { deliveryOf } from './new-links.ts';
import type { FailedLink, ShownRecords } from './onboardings.ts';

/** Why an onboarding that has ended still needs somebody. */
export type Unfinished = FailedLink['why'] | 'pick-up failed' | 'ticket not told';

/**
 * Tells why an onboarding that has ended still needs somebody, if it does: its ticket has not been told of the
 * end, or the partner cannot pick the credentials up, although there is a way to them.
 * @param execution the status of the execution, or its error
 */
export function unfinishedOf(
  onboardingId: string,
  { record, steps, journal }: ShownRecords,
  execution: string | undefined,
  failedLinks: readonly FailedLink[],
  noNewLink: NoNewLink | undefined,
): Unfinished | undefined {
  if (record === undefined || !isEnd(record.status) || execution === 'RUNNING') return undefined;
  if (journal.get(record.status) !== 'written') return 'ticket not told';
  if (record.status !== 'Done' || noNewLink?.isFinal === true) return undefined;
  const delivery = deliveryOf(steps);
  if (delivery === undefined) return undefined;
  if (journal.has(`pick-up-failed-${delivery.fact_linkNumber ?? 1}`)) return 'pick-up failed';
  return failedLinks.find((link) => link.onboardingId === onboardingId)?.why;
}

/** What an onboarding waits for that is a person's task. */
export interface PersonalTask {
  /** What the catalogue calls the prerequisite. Follows "the". */
  readonly name: string;
  /** The number of the task. Undefined until the task has been created. */
  readonly number: string | undefined;
  /** Whose task it is. */
  readonly group: string;
  readonly isOverdue: boolean;
}

/** Returns the task that an onboarding waits for. */
export function taskOf({ record, steps }: ShownRecords, prerequisite: Prerequisite, now: Date): PersonalTask {
  const step = steps.find(({ sk }) => sk === stepName.prerequisite);
  const since = step?.gsi2sk;
  return {
    name: prerequisite.name,
    number: step?.fact_taskNumber,
    group: groupOf(prerequisite, record?.assignmentGroup ?? 'the assignment group'),
    isOverdue: since !== undefined && now.getTime() - Date.parse(since) >= overdueAfterHours * 3_600_000,
  };
}

/** Describes a task in words that follow a comma: `task SCTASK0010001 of Access Requests`. */
export const describeTask = ({ number, group }: PersonalTask): string =>
  number === undefined ? `a task of ${group}, which is not there yet` : `task ${number} of ${group}`;

/** Returns the prerequisite of the catalogue in this folder, or neutral words if that cannot be read. */
export function prerequisiteHere(): Prerequisite {
  try {
    return prerequisiteOf(
      readCatalogueSource(new URL('../catalogue.yml', import.meta.url).pathname).catalogue,
    );
  } catch {
    return prerequisiteOf({});
  }
}
