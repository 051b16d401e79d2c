import type { QuotaName } from './quotas.ts';

/** Moments are milliseconds since 1970. */

/** The queue of one quota: everybody who is in it has a moment of its own. */
export interface Queue {
  /** When the next who joins has its turn. In the past if nobody waits. */
  readonly freeAt: number;
  /** How much later than first told all turns are by now. */
  readonly delayedBy: number;
  /** When they were last moved back, and by how much. */
  readonly movedBackAt: number;
  readonly movedBackBy: number;
}

/** By what somebody may go ahead of the queue. */
export interface Lane {
  /** A person waits, or a partner has asked for little of late, or the vendor has refused a call whose turn it was. */
  readonly kind: 'person' | 'partner' | 'refused';
  /** Milliseconds until the next of this kind may do so. */
  readonly spacing: number;
  /** The moment after which it is too late for the caller. */
  readonly latest: number;
}

/** Every change is one conditional write, so that all functions share one pace. */
export interface PaceRecords {
  /** Takes so many milliseconds of the quota at once. False if somebody waits. */
  takeFree(quota: QuotaName, now: number, milliseconds: number): Promise<boolean>;
  /**
   * Goes ahead of the queue, which moves back by so much, if nobody of its kind did so just before.
   * @returns its moment; nothing if that is too late, or if nobody waits by now
   */
  overtake(quota: QuotaName, now: number, milliseconds: number, lane: Lane): Promise<number | undefined>;
  /** Joins the queue. Nothing if nobody waits by now. */
  join(
    quota: QuotaName,
    now: number,
    milliseconds: number,
  ): Promise<{ readonly dueAt: number; readonly delayedBy: number } | undefined>;
  find(quota: QuotaName): Promise<Queue | undefined>;
  /** Moves every turn back, unless somebody else did so since `known`. */
  moveBack(quota: QuotaName, known: Queue | undefined, now: number, milliseconds: number): Promise<void>;

  /** The turn of an onboarding that has to wait elsewhere: its moment less `delayedBy`. */
  keep(quota: QuotaName, onboardingId: string, position: number): Promise<void>;
  kept(quota: QuotaName, onboardingId: string): Promise<number | undefined>;
  drop(quota: QuotaName, onboardingId: string): Promise<void>;

  /** Counts a call of a partner. False if it made more than a few of late: each counts for so many milliseconds. */
  isOccasional(
    quota: QuotaName,
    partnerId: string,
    now: number,
    milliseconds: number,
    few: number,
  ): Promise<boolean>;
}
