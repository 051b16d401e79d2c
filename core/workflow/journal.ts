import { referenceOf } from './ids.ts';
import type { TicketDesk, TicketUpdate } from '../tickets/ports.ts';
import type { JournalIntents } from './records.ts';

/** What is needed to write to a ticket's journal. */
export interface Journal {
  readonly desk: TicketDesk;
  readonly entries: JournalIntents;
}

/** The ticket of an execution. */
export interface JournalTarget {
  readonly executionId: string;
  readonly ticketId: string;
}

/**
 * Writes to an execution's ticket, once per entry however often it is run (WF-8). A desk only adds notes and
 * comments. So each text ends with a reference, by which it is found again after an unknown outcome.
 */
export async function writeOnce(
  { desk, entries }: Journal,
  { executionId, ticketId }: JournalTarget,
  entry: string,
  update: TicketUpdate,
): Promise<void> {
  const reference = referenceOf(executionId, entry);
  const kind = update.comment === undefined ? 'internalNote' : 'comment';
  const begun = await entries.begin(executionId, entry);
  if (begun === 'written') return;
  if (begun === 'fresh' || !(await desk.hasEntry(ticketId, kind, reference))) {
    const withReference = (text: string): string => `${text}\n\n${reference}`;
    await desk.updateTicket(ticketId, {
      ...update,
      ...(update.internalNote !== undefined && { internalNote: withReference(update.internalNote) }),
      ...(update.comment !== undefined && { comment: withReference(update.comment) }),
    });
  }
  await entries.written(executionId, entry);
}
