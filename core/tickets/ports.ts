/** The fields of a ticket that Sallyport updates. */
export interface TicketFields {
  /** ServiceNow state: 1 open, 2 work in progress, 3 complete, 4 incomplete, 7 skipped. */
  readonly state?: string;
  /** Visible only to the fulfilment group. */
  readonly work_notes?: string;
  /** Visible to the requester. */
  readonly comments?: string;
}

export type TicketTable = 'sc_req_item' | 'sc_task';

/** A task of a requested item. */
export interface TicketTask {
  readonly sysId: string;
  readonly number: string;
  readonly state: string;
}

/**
 * The ServiceNow Table API. Journal fields are append-only. `hasEntry` finds an entry again by its reference.
 */
export interface TicketDesk {
  update(table: TicketTable, sysId: string, fields: TicketFields): Promise<void>;
  hasEntry(sysId: string, field: 'work_notes' | 'comments', reference: string): Promise<boolean>;
  /** Creates a task. It is found again by its correlation id. */
  createTask(task: {
    readonly requestItemSysId: string;
    readonly assignmentGroup: string;
    readonly shortDescription: string;
    readonly description: string;
    readonly correlationId: string;
  }): Promise<TicketTask>;
  findTask(correlationId: string): Promise<TicketTask | undefined>;
}
