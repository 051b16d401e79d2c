import type { OnboardingRequest } from '../tickets/request.ts';
import type { Plan, Reason } from './plan.ts';

/**
 * What Sallyport remembers, and the only ways it changes. Every change names the state it starts from; a
 * change that finds another state says so instead of overwriting.
 */

/** The latest attempt at a ServiceNow ticket. */
export interface TicketRecord {
  readonly ticketNumber: string;
  readonly attempt: number;
  readonly onboardingId: string;
  /** Of the content: a replay has the same one. */
  readonly digest: string;
  readonly request: OnboardingRequest;
  /** The attempt that an operator followed up with this one. */
  readonly redriveOf?: string;
}

/** What an attempt is started by. */
export type Attempt = Pick<TicketRecord, 'ticketNumber' | 'onboardingId'>;

/** A ticket counts as not started from its record, or its next attempt, until `started`. */
export interface Tickets {
  find(ticketNumber: string): Promise<TicketRecord | undefined>;
  /** The first attempt. False if the ticket is known already. */
  record(ticket: TicketRecord): Promise<boolean>;
  /** The next attempt in place of the previous one. False if that is no longer the latest. */
  supersede(previous: TicketRecord, next: TicketRecord): Promise<boolean>;
  /** The attempt's execution is there. An attempt that is not the latest changes nothing. */
  markStarted(attempt: Attempt): Promise<void>;
  /** Those recorded before this moment and not started; some of them, where they are many. */
  listUnstarted(before: Date): Promise<readonly Attempt[]>;
}

/** `Stopped`: the execution ended without an end of its own. It may still reach one: an operator has it redriven, or rolls it back. */
export type OnboardingStatus =
  'Running' | 'Done' | 'Rejected' | 'RolledBack' | 'RollbackIncomplete' | 'Stopped';

/** Before any end. */
export const openStatuses: readonly OnboardingStatus[] = ['Running', 'Stopped'];

export interface Onboarding {
  readonly onboardingId: string;
  readonly partnerId: string;
  readonly status: OnboardingStatus;
  readonly request: OnboardingRequest;
  readonly plan: Plan;
  /** Why it was rejected or has stopped, or what a rollback left behind. */
  readonly reasons?: readonly Reason[];
  /** ISO 8601. */
  readonly createdAt: string;
  /** Since when its intake waits for a vendor, if it does. ISO 8601. */
  readonly stalledSince?: string;
}

export interface Onboardings {
  find(onboardingId: string): Promise<Onboarding | undefined>;
  /** Keeps what is there: a second creation changes nothing. What is there then is the answer. */
  create(onboarding: Onboarding): Promise<Onboarding>;
  /** Moves to an end from one of the prior states; being there already counts. Reasons, if given, replace the old. */
  conclude(
    onboardingId: string,
    from: readonly OnboardingStatus[],
    to: OnboardingStatus,
    reasons?: readonly Reason[],
  ): Promise<void>;
}

/** What may wait for a vendor that is busy or down. */
export type Stalling = StepName | 'request-intake';

/** A vendor has kept something waiting since this moment, and who has been told. */
export interface Stall {
  readonly onboardingId: string;
  readonly what: Stalling;
  readonly since: Date;
  readonly stage: StallStage;
}

/** Nobody knows of it yet; the ticket has been told; so have the operators. */
export const stallStages = ['untold', 'told', 'escalated'] as const;
export type StallStage = (typeof stallStages)[number];

/** A stall ends with the write that says that the step is applied or undone. */
export interface Stalls {
  /** Since this moment, or an earlier one that is recorded. */
  begin(onboardingId: string, what: Stalling, since: Date): Promise<void>;
  /** The intake goes on. */
  endIntake(onboardingId: string): Promise<void>;
  /** Those that began before this moment, the longest first; the longest of them, where they are thousands. */
  list(stage: StallStage, before: Date): Promise<readonly Stall[]>;
  /** Unless it has ended meanwhile. */
  advance(stall: Stall, to: StallStage): Promise<void>;
  /** A stall that has come to no end of its own is none any more. */
  forget(stall: Stall): Promise<void>;
}

/** What each step remembers of its work: enough to undo it, and to finish it after a crash. */
export interface StepFacts {
  readonly 'ewacs-account': {
    readonly taskToken?: string;
    readonly taskSysId?: string;
    readonly taskNumber?: string;
    /** The ServiceNow state the task was closed with. */
    readonly closedState?: string;
    readonly ewacsUserId?: string;
  };
  readonly 'okta-profile': {
    readonly userId?: string;
    readonly groupId?: string;
  };
  readonly 'cognito-client': { readonly clientId?: string };
  readonly 'gateway-mapping': { readonly clientId?: string; readonly keyId?: string };
  readonly 'credential-delivery': { readonly linkNumber?: number };
}

export type StepName = keyof StepFacts;

export interface StepFailure {
  readonly error: string;
  readonly service: string;
  readonly operation: string;
  readonly detail: string;
}

export interface FailedStep {
  readonly step: StepName;
  readonly failure: StepFailure;
}

export interface StepRecord<Name extends StepName = StepName> {
  readonly step: Name;
  /** `intended`: the effect may or may not be there. */
  readonly state: 'intended' | 'applied' | 'undone';
  readonly facts: StepFacts[Name];
  readonly failure?: StepFailure;
}

export interface Steps {
  find<Name extends StepName>(onboardingId: string, step: Name): Promise<StepRecord<Name> | undefined>;
  /**
   * Writes down that the step is about to act. `fresh` says that it was not written before, so that nothing
   * can have happened yet. A step that was undone is `Conflict`: there is no way back.
   */
  intend<Name extends StepName>(
    onboardingId: string,
    step: Name,
  ): Promise<{ readonly record: StepRecord<Name>; readonly fresh: boolean }>;
  /** Takes an intent back: it is known that nothing happened. */
  retract(onboardingId: string, step: StepName): Promise<void>;
  /** Adds facts to a step that is not undone. */
  note<Name extends StepName>(onboardingId: string, step: Name, facts: StepFacts[Name]): Promise<void>;
  /**
   * Adds facts to a step that waits from this moment on for somebody outside, until it is applied, taken back or
   * undone. One that is applied has nothing to wait for.
   */
  wait<Name extends StepName>(
    onboardingId: string,
    step: Name,
    since: Date,
    facts: StepFacts[Name],
  ): Promise<void>;
  /** The step's work is there: adds facts, and earlier failures no longer count. Of a step that is not undone. */
  applied<Name extends StepName>(onboardingId: string, step: Name, facts: StepFacts[Name]): Promise<void>;
  undone(onboardingId: string, step: StepName): Promise<void>;
  /** Undone before it was intended. False if it has been intended. */
  tombstone(onboardingId: string, step: StepName): Promise<boolean>;
  /** Why the step's last `apply` failed, also if it left no other trace. */
  failed(onboardingId: string, step: StepName, failure: StepFailure): Promise<void>;
  /** Those that may have left something: intended or applied, and not undone. */
  stepsInEffect(onboardingId: string): Promise<readonly StepName[]>;
  /** The step whose `apply` failed, and why, if one did. */
  failedStep(onboardingId: string): Promise<FailedStep | undefined>;
  /** Waits that began before this moment, the longest first; the longest of them, where they are thousands. */
  listWaits(before: Date): Promise<readonly Wait[]>;
  /** A wait that has come to no end of its own is none any more, unless it has begun anew. */
  forget(wait: Wait): Promise<void>;
}

export interface Wait {
  readonly onboardingId: string;
  readonly step: StepName;
  readonly since: Date;
}

/** Which onboardings rely on a resource they share, such as a directory profile: the last one to leave may take it away. */
export interface ResourceReferences {
  /** False while it is being taken away. Idempotent. */
  acquire(resource: string, onboardingId: string): Promise<boolean>;
  /** One of those that claim it is about to make it. */
  markCreating(resource: string): Promise<void>;
  /**
   * `last`: nobody else relies on it, and nobody can claim it until `forget`. `made`: one of those that ever
   * claimed it may have made it. Idempotent.
   */
  release(
    resource: string,
    onboardingId: string,
  ): Promise<{ readonly last: boolean; readonly made: boolean }>;
  /** After `last`: it can be claimed anew. Takes no claim away that was made since. */
  clear(resource: string): Promise<void>;
}

/** Entries of the ticket's journal that were begun or are known to be written. */
export interface JournalIntents {
  /** `fresh`: never begun. `begun`: may have been written. */
  begin(onboardingId: string, entry: string): Promise<'fresh' | 'begun' | 'written'>;
  written(onboardingId: string, entry: string): Promise<void>;
}
