import { referenceOf } from './ids.ts';
import type { TicketDesk, TicketFields } from '../tickets/ports.ts';
import type { JournalIntents } from './records.ts';

/** What is needed to write to a ticket's journal. */
export interface Journal {
  readonly desk: TicketDesk;
  readonly entries: JournalIntents;
}

/** The ticket of an execution. */
export interface JournalTarget {
  readonly executionId: string;
  readonly ticketSysId: string;
}

/**
 * Writes to an execution's ticket, once per entry however often it is run (WF-8). ServiceNow only appends
 * to journal fields. So each text ends with a reference, by which it is found again after an unknown outcome.
 */
export async function writeOnce(
  { desk, entries }: Journal,
  { executionId, ticketSysId }: JournalTarget,
  entry: string,
  fields: TicketFields,
): Promise<void> {
  const reference = referenceOf(executionId, entry);
  const journalField = fields.comments === undefined ? 'work_notes' : 'comments';
  const begun = await entries.begin(executionId, entry);
  if (begun === 'written') return;
  if (begun === 'fresh' || !(await desk.hasEntry(ticketSysId, journalField, reference))) {
    const withReference = (text: string): string => `${text}\n\n${reference}`;
    await desk.update('sc_req_item', ticketSysId, {
      ...fields,
      ...(fields.work_notes !== undefined && { work_notes: withReference(fields.work_notes) }),
      ...(fields.comments !== undefined && { comments: withReference(fields.comments) }),
    });
  }
  await entries.written(executionId, entry);
}
