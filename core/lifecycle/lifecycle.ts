/** Where a partner, a contract, a client or an issuer stands. Only `active` ones are believed; `ended` is for good. */
export const statuses = ['draft', 'active', 'suspended', 'ended'] as const;
export type LifecycleStatus = (typeof statuses)[number];

const next: Readonly<Record<LifecycleStatus, readonly LifecycleStatus[]>> = {
  draft: ['active', 'ended'],
  active: ['suspended', 'ended'],
  suspended: ['active', 'ended'],
  ended: [],
};

/** The states that may follow. */
export const allowedTransitions = (status: LifecycleStatus): readonly LifecycleStatus[] => next[status];

/** One change of a record: who, when, why. */
export interface RecordChange {
  /** ISO 8601. */
  readonly at: string;
  /** An operator's subject, or the onboarding that made the record. */
  readonly by: string;
  readonly why: string;
  /** The state it went to; absent where only the content changed. */
  readonly to?: LifecycleStatus;
}

/** What all records that operators manage have in common. */
export interface Managed {
  readonly status: LifecycleStatus;
  /** Counts up with every change: the ETag, and the condition of every write. */
  readonly version: number;
  /** The latest changes, oldest first, 50 at most. */
  readonly changes: readonly RecordChange[];
}
