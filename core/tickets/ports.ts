export interface TicketFields {
  /** ServiceNow state: 1 open, 2 work in progress, 3 complete, 4 incomplete, 7 skipped. */
  readonly state?: string;
  /** Seen by the fulfilment group only. */
  readonly work_notes?: string;
  /** Seen by the requester. */
  readonly comments?: string;
}

export type TicketTable = 'sc_req_item' | 'sc_task';

export interface TicketTask {
  readonly sysId: string;
  readonly number: string;
  readonly state: string;
}

/** ServiceNow Table API. Journal fields append: `hasEntry` finds an entry again by the reference it carries. */
export interface TicketDesk {
  update(table: TicketTable, sysId: string, fields: TicketFields): Promise<void>;
  hasEntry(sysId: string, field: 'work_notes' | 'comments', reference: string): Promise<boolean>;
  /** Found again by correlation id. */
  createTask(task: {
    readonly requestItemSysId: string;
    readonly assignmentGroup: string;
    readonly shortDescription: string;
    readonly description: string;
    readonly correlationId: string;
  }): Promise<TicketTask>;
  findTask(correlationId: string): Promise<TicketTask | undefined>;
}
