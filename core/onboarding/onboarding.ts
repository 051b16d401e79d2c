import type { AccessPlan, AccessSubject } from '../access/subject.ts';
import type { ClientFacts } from '../access/client.ts';
import type { PrerequisiteFacts } from '../access/prerequisite.ts';
import type { MappingFacts } from '../access/gateway-mapping.ts';
import type { ProfileFacts } from '../access/profile.ts';
import type { DeliveryFacts } from '../credentials/delivery.ts';
import type { ExecutionRecord, ExecutionRecords, NameIn, Reason, StepStore } from '../workflow/records.ts';
import { stepName } from '../access/step-names.ts';

/**
 * What an onboarding is going to do. It is decided once, from the request, its contract and the catalogue at
 * that moment. A plan with objections is not carried out, and its other values may be missing.
 */
export interface Plan extends AccessPlan {
  /** Whether the prerequisite must be met before anything is set up. Absent in records of earlier versions. */
  readonly awaitsPrerequisite?: boolean;
  readonly objections: readonly Reason[];
}

/** The record of one onboarding. */
export interface Onboarding extends AccessSubject, ExecutionRecord {
  readonly plan: Plan;
}

/** Tells whether an onboarding has to wait for its prerequisite. It stays as it was when it was planned. */
export const awaitsPrerequisite = ({ request, plan }: Pick<Onboarding, 'request' | 'plan'>): boolean =>
  plan.awaitsPrerequisite ?? !request.prerequisiteMet;

export interface Onboardings extends ExecutionRecords<Onboarding> {
  /**
   * Lists the ids of onboardings that have had their status since before this moment and still have personal
   * data. If there are many, it lists only the first.
   */
  listEnded(before: Date): Promise<readonly string[]>;
  /** Lists an onboarding as if it had ended at this moment, unless its status has changed. */
  postponeRemoval(onboarding: Onboarding, to: Date): Promise<void>;
  /**
   * Replaces what an onboarding's record says about people by what the given record says, unless the status has
   * changed. It is not listed any more.
   */
  removePersonalData(onboarding: Onboarding, at: Date): Promise<void>;
}

/** The facts of the onboarding's steps. */
export interface StepFacts
  extends PrerequisiteFacts, ProfileFacts, ClientFacts, MappingFacts, DeliveryFacts {}

export type StepName = NameIn<StepFacts>;
export type OnboardingSteps = StepStore<StepFacts>;

/** The onboarding's steps, in the order in which they are applied. They are undone in reverse order. */
export const stepNames = [
  stepName.prerequisite,
  stepName.profile,
  stepName.client,
  stepName.mapping,
  stepName.delivery,
] as const satisfies readonly StepName[];

/** Tells whether a name in a record is that of a step. */
export const isStepName = (name: string): name is StepName => stepNames.some((known) => known === name);

/**
 * The whole input of an onboarding's execution. Everything else is in the records, so that no execution
 * history contains it.
 */
export interface ExecutionInput {
  readonly onboardingId: string;
  readonly ticketNumber: string;
}
