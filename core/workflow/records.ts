import type { OnboardingRequest } from '../tickets/request.ts';
import type { Plan, Reason } from './plan.ts';

/**
 * The records of Sallyport's workflows, and the only ways to change them. Every change names the state that
 * it starts from. If it finds another state, it reports that and overwrites nothing.
 */

/** The latest attempt at a ServiceNow ticket. */
export interface TicketRecord {
  readonly ticketNumber: string;
  readonly attempt: number;
  readonly onboardingId: string;
  /** The digest of the content. A replay of the same content has the same one. */
  readonly digest: string;
  readonly request: OnboardingRequest;
  /** The earlier attempt that an operator has redriven as this one. */
  readonly redriveOf?: string;
}

/** What identifies an attempt to be started. */
export type Attempt = Pick<TicketRecord, 'ticketNumber' | 'onboardingId'>;

/** The tickets. An attempt counts as not started from the moment it is recorded until `markStarted`. */
export interface Tickets {
  find(ticketNumber: string): Promise<TicketRecord | undefined>;
  /** Records the first attempt. False if the ticket is known already. */
  record(ticket: TicketRecord): Promise<boolean>;
  /** Replaces the previous attempt by the next one. False if the previous one is no longer the latest. */
  supersede(previous: TicketRecord, next: TicketRecord): Promise<boolean>;
  /** Records that the attempt's execution exists. Changes nothing if the attempt is not the latest. */
  markStarted(attempt: Attempt): Promise<void>;
  /**
   * Lists attempts that were recorded before this moment and not started. If there are many, it lists only
   * some.
   */
  listUnstarted(before: Date): Promise<readonly Attempt[]>;
}

/**
 * `Stopped`: the execution ended without a final status. It may still get one, because an operator can
 * redrive it or roll it back.
 */
export type OnboardingStatus =
  'Running' | 'Done' | 'Rejected' | 'RolledBack' | 'RollbackIncomplete' | 'Stopped';

/** The statuses that are not final. */
export const openStatuses: readonly OnboardingStatus[] = ['Running', 'Stopped'];

/** The record of one onboarding. */
export interface Onboarding {
  readonly onboardingId: string;
  readonly partnerId: string;
  readonly status: OnboardingStatus;
  readonly request: OnboardingRequest;
  readonly plan: Plan;
  /** Why it was rejected or has stopped, or what a rollback has left behind. */
  readonly reasons?: readonly Reason[];
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. Since when its intake waits for a vendor; absent if it does not. */
  readonly stalledSince?: string;
}

export interface Onboardings {
  find(onboardingId: string): Promise<Onboarding | undefined>;
  /** Creates the record, unless there is one already. Returns the record that is there afterwards. */
  create(onboarding: Onboarding): Promise<Onboarding>;
  /**
   * Moves to a final status from one of the given statuses. Nothing happens if it is there already. Reasons,
   * if given, replace the old ones.
   */
  conclude(
    onboardingId: string,
    from: readonly OnboardingStatus[],
    to: OnboardingStatus,
    reasons?: readonly Reason[],
  ): Promise<void>;
}

/** What may wait for a vendor that is busy or down: a step or the intake. */
export type Stalling = StepName | 'request-intake';

/** A wait for a vendor: what waits, since when, and who has been told. */
export interface Stall {
  readonly onboardingId: string;
  readonly what: Stalling;
  readonly since: Date;
  readonly stage: StallStage;
}

/** The stages of a stall: nobody has been told; the ticket has been told; the operators have been alerted. */
export const stallStages = ['untold', 'told', 'escalated'] as const;
export type StallStage = (typeof stallStages)[number];

/** The waits for vendors. A stall ends with the write that marks its step as applied or undone. */
export interface Stalls {
  /** Records a stall since this moment. An earlier moment that is recorded already stays. */
  begin(onboardingId: string, what: Stalling, since: Date): Promise<void>;
  /** Ends the stall of an intake. */
  endIntake(onboardingId: string): Promise<void>;
  /**
   * Lists the stalls that began before this moment, longest first. If there are thousands, it lists only the
   * longest.
   */
  list(stage: StallStage, before: Date): Promise<readonly Stall[]>;
  /** Moves a stall to another stage, unless it has ended meanwhile. */
  advance(stall: Stall, to: StallStage): Promise<void>;
  /** Deletes a stall that was left behind. */
  forget(stall: Stall): Promise<void>;
}

/** What each step records about its effects: enough to undo them, and to finish the step after a crash. */
export interface StepFacts {
  readonly 'ewacs-account': {
    readonly taskToken?: string;
    readonly taskSysId?: string;
    readonly taskNumber?: string;
    /** The ServiceNow state that the task was closed with. */
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

/** Why a step failed. */
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

/** The record of one step of an onboarding. */
export interface StepRecord<Name extends StepName = StepName> {
  readonly step: Name;
  /** `intended`: the effect may or may not have happened. */
  readonly state: 'intended' | 'applied' | 'undone';
  readonly facts: StepFacts[Name];
  readonly failure?: StepFailure;
}

export interface Steps {
  find<Name extends StepName>(onboardingId: string, step: Name): Promise<StepRecord<Name> | undefined>;
  /**
   * Records that the step is about to act. `fresh` means that it was not recorded before, so nothing can have
   * happened yet.
   * @throws {Conflict} if the step was undone, because it must not be applied again
   */
  intend<Name extends StepName>(
    onboardingId: string,
    step: Name,
  ): Promise<{ readonly record: StepRecord<Name>; readonly fresh: boolean }>;
  /** Removes an intent, because it is known that nothing happened. */
  retract(onboardingId: string, step: StepName): Promise<void>;
  /** Adds facts to a step that is not undone. */
  note<Name extends StepName>(onboardingId: string, step: Name, facts: StepFacts[Name]): Promise<void>;
  /**
   * Adds facts to a step that waits from this moment on for somebody outside, until it is applied, retracted
   * or undone. A step that is applied already does not wait.
   */
  wait<Name extends StepName>(
    onboardingId: string,
    step: Name,
    since: Date,
    facts: StepFacts[Name],
  ): Promise<void>;
  /** Marks a step that is not undone as applied, and adds facts. Earlier failures no longer count. */
  applied<Name extends StepName>(onboardingId: string, step: Name, facts: StepFacts[Name]): Promise<void>;
  undone(onboardingId: string, step: StepName): Promise<void>;
  /** Marks a step as undone before it was intended. False if it has been intended. */
  tombstone(onboardingId: string, step: StepName): Promise<boolean>;
  /** Records why the step's last `apply` failed, even if the step has no other record. */
  failed(onboardingId: string, step: StepName, failure: StepFailure): Promise<void>;
  /** Lists the steps that may have left an effect: intended or applied, and not undone. */
  stepsInEffect(onboardingId: string): Promise<readonly StepName[]>;
  /** Returns the step whose `apply` failed, and why, if one did. */
  failedStep(onboardingId: string): Promise<FailedStep | undefined>;
  /**
   * Lists the waits that began before this moment, longest first. If there are thousands, it lists only the
   * longest.
   */
  listWaits(before: Date): Promise<readonly Wait[]>;
  /** Deletes a wait that was left behind, unless it has begun anew. */
  forget(wait: Wait): Promise<void>;
}

/** A step that waits for somebody outside. */
export interface Wait {
  readonly onboardingId: string;
  readonly step: StepName;
  readonly since: Date;
}

/**
 * Records which onboardings use a shared resource, such as a directory profile. The last one to release it
 * may delete the resource.
 */
export interface ResourceReferences {
  /** Adds a reference. False while the resource is being deleted. Idempotent. */
  acquire(resource: string, onboardingId: string): Promise<boolean>;
  /** Records that one of the onboardings that use the resource is about to create it. */
  markCreating(resource: string): Promise<void>;
  /**
   * Removes a reference. `last`: no other onboarding uses the resource, and none can acquire it until
   * `clear`. `made`: one of the onboardings that ever used it may have created it. Idempotent.
   */
  release(
    resource: string,
    onboardingId: string,
  ): Promise<{ readonly last: boolean; readonly made: boolean }>;
  /** Allows the resource to be acquired again after `last`. References that were added since then stay. */
  clear(resource: string): Promise<void>;
}

/** The entries of tickets' journals that were begun, or are known to be written. */
export interface JournalIntents {
  /**
   * Records that an entry is about to be written. `fresh`: it was never begun. `begun`: it may have been
   * written.
   */
  begin(onboardingId: string, entry: string): Promise<'fresh' | 'begun' | 'written'>;
  written(onboardingId: string, entry: string): Promise<void>;
}
