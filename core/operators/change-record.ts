import { amend, type ChangeOutcome, transition } from '../lifecycle/change.ts';
import type { RecordChange, LifecycleStatus, Managed } from '../lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';
import { type Operator, type OperatorRole, roleToAmend, roleToBecome, hasRole } from './roles.ts';

/** Who changes something, when and why. */
export interface ChangeContext {
  readonly operator: Operator;
  readonly at: Date;
  readonly why: string;
}

export type ChangeResult<Item> =
  /** `inForce`: what is believed may have changed by it, so answers that are still kept are out of date. */
  | { readonly outcome: 'changed'; readonly record: Item; readonly inForce: boolean }
  | { readonly outcome: 'missing' }
  /** The record is not, or no longer, of a version that the operator has seen. */
  | { readonly outcome: 'stale' }
  | { readonly outcome: 'role_needed'; readonly role: OperatorRole }
  /** Four eyes: whoever changed the content last does not put it in force. */
  | { readonly outcome: 'own_change' }
  | Exclude<ChangeOutcome<Item>, { readonly outcome: 'changed' }>;

type Store<Item extends Managed> = Pick<ManagedRecords<Item>, 'find' | 'replace'>;

interface ChangeSpec<Item extends Managed> {
  readonly id: string;
  /** Whether the operator has seen this version. */
  readonly matchesVersion: (version: number) => boolean;
  /** What is to become of the record. */
  readonly next: (record: Item) => ChangeOutcome<Item>;
  /** What more is asked of the operator. */
  readonly objection?: (record: Item) => ChangeResult<Item> | undefined;
}

/** One conditional write: of two operators who have seen the same version, one changes it. */
export async function changeRecord<Item extends Managed>(
  records: Store<Item>,
  { id, matchesVersion: seen, next, objection }: ChangeSpec<Item>,
): Promise<ChangeResult<Item>> {
  const record = await records.find(id);
  if (record === undefined) return { outcome: 'missing' };
  if (!seen(record.version)) return { outcome: 'stale' };
  const objected = objection?.(record);
  if (objected !== undefined) return objected;
  const changed = next(record);
  if (changed.outcome !== 'changed') return changed;
  if (!(await records.replace(changed.record))) return { outcome: 'stale' };
  return { ...changed, inForce: record.status === 'active' || changed.record.status === 'active' };
}

/** Puts a record into another state. */
export function changeStatus<Item extends Managed>(
  records: Store<Item>,
  {
    to,
    act,
    ...wanted
  }: Pick<ChangeSpec<Item>, 'id' | 'matchesVersion'> & {
    readonly to: LifecycleStatus;
    readonly act: ChangeContext;
  },
): Promise<ChangeResult<Item>> {
  return changeRecord(records, {
    ...wanted,
    next: (record) => transition(record, to, changeBy(act)),
    objection: (record) =>
      missingRole(act, roleToBecome(to)) ??
      (to === 'active' && lastEditor(record) === act.operator.subject
        ? { outcome: 'own_change' }
        : undefined),
  });
}

/** Gives a record other content. Its state stays, whatever `content` says of it. */
export function changeContent<Item extends Managed>(
  records: Store<Item>,
  {
    content,
    act,
    ...wanted
  }: Pick<ChangeSpec<Item>, 'id' | 'matchesVersion'> & {
    readonly content: (record: Item) => Item;
    readonly act: ChangeContext;
  },
): Promise<ChangeResult<Item>> {
  return changeRecord(records, {
    ...wanted,
    next: (record) => amend<Item>(record, content(record), changeBy(act)),
    objection: ({ status }) => missingRole(act, roleToAmend(status)),
  });
}

export const changeBy = ({ operator, at, why }: ChangeContext): Omit<RecordChange, 'to'> => ({
  at: at.toISOString(),
  by: operator.subject,
  why,
});

const missingRole = (
  { operator }: ChangeContext,
  role: OperatorRole,
): { readonly outcome: 'role_needed'; readonly role: OperatorRole } | undefined =>
  hasRole(operator.role, role) ? undefined : { outcome: 'role_needed', role };

/** Who wrote what the record says now: a change without a new state, or its beginning. */
const lastEditor = ({ changes }: Managed): string | undefined =>
  changes.findLast(({ to }) => to === undefined || to === 'draft')?.by;
