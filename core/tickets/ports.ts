/** The states that somebody closes a ticket or a task with. */
export type ClosedState = 'complete' | 'incomplete';

/** The state of a ticket or a task. */
export type TicketState = 'open' | 'in-progress' | ClosedState;

/** What an update adds to a ticket or a task, and its new state. Whatever is absent stays as it is. */
export interface TicketUpdate {
  readonly state?: TicketState;
  /** Visible only to the fulfilment group. */
  readonly internalNote?: string;
  /** Visible to the requester. */
  readonly comment?: string;
}

/** The kinds of entries in a ticket's journal. */
export type EntryKind = 'internalNote' | 'comment';

/** A task that belongs to a ticket. */
export interface TicketTask {
  readonly id: string;
  /** The number that people know the task by. */
  readonly number: string;
  readonly state: TicketState;
}

/** A task that is to be created. */
export interface NewTask {
  /** The id of the ticket that the task belongs to. */
  readonly ticketId: string;
  readonly assignmentGroup: string;
  readonly title: string;
  readonly text: string;
  readonly correlationId: string;
}

/**
 * The service desk, which keeps tickets and their tasks. Every method may throw the errors of
 * `core/errors.ts`. Notes and comments are only ever added, so an update that is repeated adds them again.
 */
export interface TicketDesk {
  /** @throws {NotFound} if there is no such ticket */
  updateTicket(ticketId: string, update: TicketUpdate): Promise<void>;
  /** @throws {NotFound} if there is no such task */
  updateTask(taskId: string, update: TicketUpdate): Promise<void>;
  /** Tells whether a ticket has an entry of this kind that contains the reference. */
  hasEntry(ticketId: string, kind: EntryKind, reference: string): Promise<boolean>;
  /** Creates an open task. It is found again by its correlation id. */
  createTask(task: NewTask): Promise<TicketTask>;
  /** Finds the task with exactly this correlation id. */
  findTask(correlationId: string): Promise<TicketTask | undefined>;
}
