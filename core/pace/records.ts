import type { QuotaName } from './quotas.ts';

/** All moments are milliseconds since 1970. */

/** The queue of one quota. Every waiting call has a moment of its own. */
export interface Queue {
  /** The turn of the next call that joins. In the past if no call is waiting. */
  readonly freeAt: number;
  /** By how much all turns have moved back in total, in milliseconds. */
  readonly delayedBy: number;
  /** When the turns last moved back, and by how many milliseconds. */
  readonly movedBackAt: number;
  readonly movedBackBy: number;
}

/** The terms on which a call may overtake the queue. */
export interface Lane {
  /**
   * `person`: a person is waiting. `partner`: it has made few calls lately. `refused`: the vendor refused its
   * call.
   */
  readonly kind: 'person' | 'partner' | 'refused';
  /** Milliseconds until the next call of this kind may overtake. */
  readonly spacing: number;
  /** The latest moment that is of use to the caller. */
  readonly latest: number;
}

/** The records of the queues. Every change is one conditional write, so that all functions share one pace. */
export interface PaceRecords {
  /** Takes this many milliseconds of the quota at once. False if a call is waiting. */
  takeFree(quota: QuotaName, now: number, milliseconds: number): Promise<boolean>;
  /**
   * Overtakes the queue, which moves back by this many milliseconds, unless another call of this kind did so
   * just before.
   * @returns the moment of the call; undefined if that is too late, or if no call is waiting any more
   */
  overtake(quota: QuotaName, now: number, milliseconds: number, lane: Lane): Promise<number | undefined>;
  /** Joins the queue. Returns undefined if no call is waiting any more. */
  join(
    quota: QuotaName,
    now: number,
    milliseconds: number,
  ): Promise<{ readonly dueAt: number; readonly delayedBy: number } | undefined>;
  find(quota: QuotaName): Promise<Queue | undefined>;
  /** Moves every turn back, unless another process did so since `known` was read. */
  moveBack(quota: QuotaName, known: Queue | undefined, now: number, milliseconds: number): Promise<void>;

  /**
   * Keeps the turn of an onboarding that waits in the state machine. `position` is its moment less
   * `delayedBy`.
   */
  keep(quota: QuotaName, onboardingId: string, position: number): Promise<void>;
  kept(quota: QuotaName, onboardingId: string): Promise<number | undefined>;
  drop(quota: QuotaName, onboardingId: string): Promise<void>;

  /**
   * Counts a call of a partner, for this many milliseconds.
   * @returns false if more than `few` of its calls count now
   */
  isOccasional(
    quota: QuotaName,
    partnerId: string,
    now: number,
    milliseconds: number,
    few: number,
  ): Promise<boolean>;
}
