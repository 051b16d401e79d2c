import { type RecordChange, type LifecycleStatus, type Managed, allowedTransitions } from './lifecycle.ts';

/** The maximum number of changes that a record keeps. */
const maxChanges = 50;

/** The outcome of a change: the changed record, or why its status does not allow the change. */
export type ChangeOutcome<Item> =
  | { readonly outcome: 'changed'; readonly record: Item }
  /** `allowed`: the statuses that the record may change to; empty if it has ended. */
  | {
      readonly outcome: 'refused';
      readonly status: LifecycleStatus;
      readonly allowed: readonly LifecycleStatus[];
    };

/** Returns the initial state of a record. */
export function initialState(status: LifecycleStatus, change: Omit<RecordChange, 'to'>): Managed {
  return { status, version: 1, changes: [{ ...change, to: status }] };
}

/** Changes the status of a record, if the lifecycle allows it. */
export function transition<Item extends Managed>(
  record: Item,
  to: LifecycleStatus,
  change: Omit<RecordChange, 'to'>,
): ChangeOutcome<Item> {
  const allowed = allowedTransitions(record.status);
  if (!allowed.includes(to)) return { outcome: 'refused', status: record.status, allowed };
  return {
    outcome: 'changed',
    record: { ...record, status: to, ...withNextVersion(record, { ...change, to }) },
  };
}

/** Replaces the whole content of a record. A record that has ended cannot be changed. */
export function amend<Content extends object>(
  record: Content & Managed,
  content: Content,
  change: Omit<RecordChange, 'to'>,
): ChangeOutcome<Content & Managed> {
  const { status } = record;
  if (status === 'ended') return { outcome: 'refused', status, allowed: allowedTransitions(status) };
  return { outcome: 'changed', record: { ...content, status, ...withNextVersion(record, change) } };
}

function withNextVersion(
  { version, changes }: Managed,
  change: RecordChange,
): Pick<Managed, 'version' | 'changes'> {
  return { version: version + 1, changes: [...changes, change].slice(-maxChanges) };
}
