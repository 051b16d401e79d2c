import { type RecordChange, type LifecycleStatus, type Managed, allowedTransitions } from './lifecycle.ts';

/** The maximum number of changes that a record keeps. */
const maxChanges = 50;

/** The outcome of a change: the changed record, that nothing changes, or why its status does not allow it. */
export type ChangeOutcome<Item> =
  | { readonly outcome: 'changed'; readonly record: Item }
  /** The record is as it is wanted already, so it has no new version. */
  | { readonly outcome: 'unchanged'; readonly record: Item }
  /** `allowed`: the statuses that the record may change to; empty if it has ended. */
  | {
      readonly outcome: 'refused';
      readonly status: LifecycleStatus;
      readonly allowed: readonly LifecycleStatus[];
    };

/** Returns the initial state of a record. */
export function initialState(
  status: LifecycleStatus,
  change: Omit<RecordChange, 'to'>,
): Pick<Managed, 'status' | 'version' | 'changes'> {
  return { status, version: 1, changes: [{ ...change, to: status }] };
}

/** Returns the names of whoever made a change. */
const namesIn = ({ by, subject }: Pick<RecordChange, 'by' | 'subject'>): readonly string[] =>
  subject === undefined ? [by] : [by, subject];

/**
 * Returns who has changed the content of a record since it was last activated, including whoever drafted it: each
 * person by mailbox and by subject.
 * The kept changes are read as well, because a record that was stored earlier has no list of editors.
 */
export function editorsOf({ editors = [], changes }: Managed): readonly string[] {
  const lastActivation = changes.findLastIndex(({ to }) => to === 'active');
  const edits = changes
    .slice(lastActivation + 1)
    .filter(({ to }) => to === undefined || to === 'draft')
    .flatMap(namesIn);
  return [...new Set([...editors, ...edits])];
}

/**
 * Changes the status of a record, if the lifecycle allows it. An activation begins a new list of editors, and
 * approves what is proposed; the caller puts that into the content.
 */
export function transition<Item extends Managed>(
  record: Item,
  to: LifecycleStatus,
  change: Omit<RecordChange, 'to'>,
): ChangeOutcome<Item> {
  const allowed = allowedTransitions(record);
  if (!allowed.includes(to)) return { outcome: 'refused', status: record.status, allowed };
  const approves = to === 'active' && record.proposed !== undefined;
  return {
    outcome: 'changed',
    record: {
      ...record,
      status: to,
      ...withNextVersion(record, { ...change, to, ...(approves && { proposal: 'approved' }) }),
      editors: to === 'active' ? [] : editorsOf(record),
    },
  };
}

/** Replaces the whole content of a record. A record that has ended cannot be changed. */
export function amend<Content extends object>(
  record: Content & Managed,
  content: Content,
  change: Omit<RecordChange, 'to'>,
): ChangeOutcome<Content & Managed> {
  const { status } = record;
  if (status === 'ended') return { outcome: 'refused', status, allowed: allowedTransitions(record) };
  return {
    outcome: 'changed',
    record: {
      ...content,
      status,
      ...withNextVersion(record, change),
      editors: [...new Set([...editorsOf(record), ...namesIn(change)])],
    },
  };
}

/** Returns the record with nothing proposed. */
export function withoutProposal<Item extends Managed>(record: Item): Item {
  const { proposed: _proposed, ...rest } = record;
  return rest as Item;
}

function withNextVersion(
  { version, changes }: Managed,
  change: RecordChange,
): Pick<Managed, 'version' | 'changes'> {
  return { version: version + 1, changes: [...changes, change].slice(-maxChanges) };
}
