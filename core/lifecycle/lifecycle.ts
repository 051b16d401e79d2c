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

/**
 * Returns the statuses that may follow. An active record is activated once more if something is proposed, and
 * that approves it.
 */
export const allowedTransitions = ({
  status,
  proposed,
}: Pick<Managed, 'status' | 'proposed'>): readonly LifecycleStatus[] =>
  status === 'active' && proposed !== undefined ? ['active', ...nextStatuses[status]] : nextStatuses[status];

/** One change of a record: who made it, when and why. */
export interface RecordChange {
  /** ISO 8601. */
  readonly at: string;
  /**
   * Who made it: the mailbox of an operator, or the onboarding, the sweep or the directory that it comes from.
   * Changes of earlier versions have the subject of an operator in its place.
   */
  readonly by: string;
  /** The subject of the operator's token. */
  readonly subject?: string;
  readonly why: string;
  /** The new status; absent if only the content changed. */
  readonly to?: LifecycleStatus;
  /** What became of proposed keys or names by this change, if it was about such. */
  readonly proposal?: 'made' | 'withdrawn' | 'approved';
  /** The thumbprints of the keys that were proposed. */
  readonly keys?: readonly string[];
  /** The names that were added to a partner, or proposed. */
  readonly addedNames?: readonly string[];
  /** The names that were removed from a partner. */
  readonly removedNames?: readonly string[];
}

/** The properties that all records managed by operators have. */
export interface Managed {
  readonly status: LifecycleStatus;
  /** Increases with every change. It is the ETag, and the condition of every write. */
  readonly version: number;
  /** The latest changes, oldest first, at most 50. */
  readonly changes: readonly RecordChange[];
  /**
   * Who has changed the content since the record was last activated. Read it with `editorsOf`, because it is
   * absent until the first change. A person is in it by subject and by mailbox.
   */
  readonly editors?: readonly string[];
  /**
   * What was added after the record was first activated. It has no effect until another operator activates
   * the record once more.
   */
  readonly proposed?: object;
}
