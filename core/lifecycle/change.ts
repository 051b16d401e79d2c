import { type RecordChange, type LifecycleStatus, type Managed, allowedTransitions } from './lifecycle.ts';

/** How many changes a record remembers. */
const most = 50;

export type ChangeOutcome<Item> =
  | { readonly outcome: 'changed'; readonly record: Item }
  /** `allowed`: what the record may become instead; nothing if it has ended. */
  | {
      readonly outcome: 'refused';
      readonly status: LifecycleStatus;
      readonly allowed: readonly LifecycleStatus[];
    };

/** How a record begins. */
export function initialState(status: LifecycleStatus, change: Omit<RecordChange, 'to'>): Managed {
  return { status, version: 1, changes: [{ ...change, to: status }] };
}

/** The record in its next state, if that may follow. */
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

/** The record with other content in place of all that it had. What has ended stays as it is. */
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
  return { version: version + 1, changes: [...changes, change].slice(-most) };
}
