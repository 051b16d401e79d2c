import type { Reason } from './plan.ts';

/**
 * The outside world as the onboarding steps see it. Every method may throw the errors of `core/errors.ts`;
 * each effect says how it is found again after `OutcomeUnknown`.
 */

/** A person in the partner directory (Okta). */
export interface DirectoryUser {
  readonly userId: string;
  readonly login: string;
  readonly email: string;
  /** Ready to sign in or about to be: neither suspended nor deactivated. */
  readonly active: boolean;
  /** The partner this profile was made for; absent on profiles that Sallyport did not make. */
  readonly partnerId?: string;
  /** The onboarding that made it: its ownership mark. */
  readonly onboardingId?: string;
}

export interface NewDirectoryUser {
  readonly login: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly telephone: string;
  readonly partnerId: string;
  readonly onboardingId: string;
}

/** Okta Users and Groups API. */
export interface UserDirectory {
  findByLogin(login: string): Promise<DirectoryUser | undefined>;
  /**
   * Creates and activates: the directory itself mails the activation link. A login that is taken is
   * `Conflict`. Found again by login and ownership mark.
   */
  create(user: NewDirectoryUser, groupIds: readonly string[]): Promise<DirectoryUser>;
  /** Deactivates and deletes, in whatever state the user is. A user that is not there is `NotFound`. */
  delete(userId: string): Promise<void>;
  /** The id of the group with exactly this name; none is `NotFound`. */
  groupIdByName(name: string): Promise<string>;
  groupIdsOf(userId: string): Promise<readonly string[]>;
  /** Idempotent. */
  addToGroup(userId: string, groupId: string): Promise<void>;
  /** Idempotent. */
  removeFromGroup(userId: string, groupId: string): Promise<void>;
}

/** App clients of the partners' user pool (Cognito). */
export interface ClientRegistry {
  /** A client of the `client_credentials` grant with one secret that nobody has seen. Found again by name. */
  create(client: {
    readonly name: string;
    readonly scopes: readonly string[];
  }): Promise<{ readonly clientId: string }>;
  /** Lists the pool, which is slow and rationed: only after an unknown outcome. */
  findByName(name: string): Promise<{ readonly clientId: string } | undefined>;
  /** A client that is not there is `NotFound`. */
  delete(clientId: string): Promise<void>;
}

/** API keys and usage plans of the gateway (API Gateway control plane). */
export interface GatewayKeys {
  /** Found again by name. A value that another key has is `Conflict`. */
  create(key: { readonly name: string; readonly value: string }): Promise<{ readonly keyId: string }>;
  findByName(name: string): Promise<{ readonly keyId: string } | undefined>;
  /** Idempotent. An unknown plan is `NotFound`. */
  attachToPlan(keyId: string, planName: string): Promise<void>;
  /** Also takes it off its plans. A key that is not there is `NotFound`. */
  delete(keyId: string): Promise<void>;
}

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

/** All that an execution is told: everything else is in the records, so that no history holds it. */
export interface ExecutionInput {
  readonly onboardingId: string;
  readonly ticketNumber: string;
}

/** How an execution stands. */
export interface ExecutionState {
  readonly status: string;
  /** The name of the error that it failed with. */
  readonly error?: string;
  readonly redriveCount: number;
  /** The last time it was. */
  readonly redrivenAt?: Date;
}

/** Step Functions' executions of the onboarding. */
export interface Workflows {
  /** The ARN that the execution of this name has, or will have. */
  executionArnOf(name: string): string;
  /**
   * Starts an execution under this name, or finds the one that bears it: the answer is the same, also after
   * it has ended.
   */
  start(name: string, input: ExecutionInput): Promise<void>;
  /** As Step Functions knew it a moment ago. One that is not there is `NotFound`. */
  stateOf(name: string): Promise<ExecutionState>;
  /** Whether it has not ended, as Step Functions knew it a moment ago. One that is not there has. */
  isRunning(name: string): Promise<boolean>;
}

/** Something that ends only by an operator's hand, or that only operators can mend. */
export interface Alert {
  readonly onboardingId: string;
  readonly ticketNumber: string;
  /** `Defect`: a fault of ours ended a step, and its onboarding is being taken back. `Waiting`: it goes on waiting for a vendor. */
  readonly status: 'RollbackIncomplete' | 'Stopped' | 'Defect' | 'Waiting';
  /** What happened, and what is left. */
  readonly reasons: readonly Reason[];
}

/** Tells the operators, at least once. */
export interface Alerts {
  raise(alert: Alert): Promise<void>;
}

/** Step Functions tasks that wait for somebody outside. A token that is spent, expired or unknown is `NotFound`. */
export interface WaitingTasks {
  succeed(taskToken: string): Promise<void>;
  fail(taskToken: string, error: string, cause: string): Promise<void>;
}
