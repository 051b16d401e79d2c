import { amend, type ChangeOutcome, transition } from '../lifecycle/change.ts';
import type { RecordChange, LifecycleStatus, Managed } from '../lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';
import { type Operator, type OperatorRole, roleForChange, roleForTransition, hasRole } from './roles.ts';

/** Who makes a change, when and why. */
export interface ChangeContext {
  readonly operator: Operator;
  readonly at: Date;
  readonly why: string;
}

/** The result of a change. */
export type ChangeResult<Item> =
  /** `affectsCalls`: the record was or is active, so cached authorizer answers may be out of date. */
  | { readonly outcome: 'changed'; readonly record: Item; readonly affectsCalls: boolean }
  | { readonly outcome: 'missing' }
  /** The record's version is not, or no longer, one that the operator has seen. */
  | { readonly outcome: 'stale' }
  | { readonly outcome: 'role_needed'; readonly role: OperatorRole }
  /** Four-eyes rule: whoever last changed the content must not activate it. */
  | { readonly outcome: 'own_change' }
  | Exclude<ChangeOutcome<Item>, { readonly outcome: 'changed' }>;

type Store<Item extends Managed> = Pick<ManagedRecords<Item>, 'find' | 'replace'>;

interface ChangeSpec<Item extends Managed> {
  readonly id: string;
  /** Tells whether the operator has seen this version. */
  readonly matchesVersion: (version: number) => boolean;
  /** Returns the changed record, or why its status does not allow the change. */
  readonly next: (record: Item) => ChangeOutcome<Item>;
  /** Returns why this operator may not make the change, if so. */
  readonly objection?: (record: Item) => ChangeResult<Item> | undefined;
}

/**
 * Changes a record with one conditional write. If two operators have seen the same version, only one of them
 * can change it.
 */
export async function changeRecord<Item extends Managed>(
  records: Store<Item>,
  { id, matchesVersion, next, objection }: ChangeSpec<Item>,
): Promise<ChangeResult<Item>> {
  const record = await records.find(id);
  if (record === undefined) return { outcome: 'missing' };
  if (!matchesVersion(record.version)) return { outcome: 'stale' };
  const refusal = objection?.(record);
  if (refusal !== undefined) return refusal;
  const changed = next(record);
  if (changed.outcome !== 'changed') return changed;
  if (!(await records.replace(changed.record))) return { outcome: 'stale' };
  return { ...changed, affectsCalls: record.status === 'active' || changed.record.status === 'active' };
}

/** Changes the status of a record. */
export function changeStatus<Item extends Managed>(
  records: Store<Item>,
  {
    to,
    act,
    ...target
  }: Pick<ChangeSpec<Item>, 'id' | 'matchesVersion'> & {
    readonly to: LifecycleStatus;
    readonly act: ChangeContext;
  },
): Promise<ChangeResult<Item>> {
  return changeRecord(records, {
    ...target,
    next: (record) => transition(record, to, changeBy(act)),
    objection: (record) =>
      missingRole(act, roleForTransition(to)) ??
      (to === 'active' && lastEditor(record) === act.operator.subject
        ? { outcome: 'own_change' }
        : undefined),
  });
}

/** Changes the content of a record. Its status stays the same, whatever `content` returns. */
export function changeContent<Item extends Managed>(
  records: Store<Item>,
  {
    content,
    act,
    ...target
  }: Pick<ChangeSpec<Item>, 'id' | 'matchesVersion'> & {
    readonly content: (record: Item) => Item;
    readonly act: ChangeContext;
  },
): Promise<ChangeResult<Item>> {
  return changeRecord(records, {
    ...target,
    next: (record) => amend<Item>(record, content(record), changeBy(act)),
    objection: ({ status }) => missingRole(act, roleForChange(status)),
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

/** Returns who last changed the content: by a change without a new status, or by creating the draft. */
const lastEditor = ({ changes }: Managed): string | undefined =>
  changes.findLast(({ to }) => to === undefined || to === 'draft')?.by;
