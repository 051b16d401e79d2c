/**
 * The status of a partner, a contract, a client or an issuer. Only `active` grants anything; `ended` is
 * final.
 */
export const statuses = ['draft', 'active', 'suspended', 'ended'] as const;
export type LifecycleStatus = (typeof statuses)[number];

const nextStatuses: Readonly<Record<LifecycleStatus, readonly LifecycleStatus[]>> = {
  draft: ['active', 'ended'],
  active: ['suspended', 'ended'],
  suspended: ['active', 'ended'],
  ended: [],
};

/** Returns the statuses that may follow this one. */
export const allowedTransitions = (status: LifecycleStatus): readonly LifecycleStatus[] =>
  nextStatuses[status];

/** One change of a record: who made it, when and why. */
export interface RecordChange {
  /** ISO 8601. */
  readonly at: string;
  /** The subject of an operator's token, or the onboarding that created the record. */
  readonly by: string;
  readonly why: string;
  /** The new status; absent if only the content changed. */
  readonly to?: LifecycleStatus;
}

/** The properties that all records managed by operators have. */
export interface Managed {
  readonly status: LifecycleStatus;
  /** Increases with every change. It is the ETag, and the condition of every write. */
  readonly version: number;
  /** The latest changes, oldest first, at most 50. */
  readonly changes: readonly RecordChange[];
}
