import { referenceOf } from './ids.ts';
import type { TicketDesk, TicketFields } from '../tickets/ports.ts';
import type { JournalIntents, Onboarding } from './records.ts';

/** What is needed to write to a ticket's journal. */
export interface Journal {
  readonly desk: TicketDesk;
  readonly entries: JournalIntents;
}

/**
 * Writes to the onboarding's ticket, once per entry however often it is run (WF-8). ServiceNow only appends
 * to journal fields. So each text ends with a reference, by which it is found again after an unknown outcome.
 */
export async function writeOnce(
  { desk, entries }: Journal,
  { onboardingId, request }: Pick<Onboarding, 'onboardingId' | 'request'>,
  entry: string,
  fields: TicketFields,
): Promise<void> {
  const { sysId } = request.ticket;
  const reference = referenceOf(onboardingId, entry);
  const journalField = fields.comments === undefined ? 'work_notes' : 'comments';
  const begun = await entries.begin(onboardingId, entry);
  if (begun === 'written') return;
  if (begun === 'fresh' || !(await desk.hasEntry(sysId, journalField, reference))) {
    const withReference = (text: string): string => `${text}\n\n${reference}`;
    await desk.update('sc_req_item', sysId, {
      ...fields,
      ...(fields.work_notes !== undefined && { work_notes: withReference(fields.work_notes) }),
      ...(fields.comments !== undefined && { comments: withReference(fields.comments) }),
    });
  }
  await entries.written(onboardingId, entry);
}
