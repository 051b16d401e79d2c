import { isDeepStrictEqual } from 'node:util';
import { amend, type ChangeOutcome, editorsOf, transition } from '../lifecycle/change.ts';
import { sameMailbox } from '../mailbox.ts';
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
  /**
   * Four-eyes rule: whoever changed the content since the last activation must not activate it, with no other
   * account of the same mailbox either.
   */
  | { readonly outcome: 'own_change' }
  /** An activation must name the one version that the operator has read. */
  | { readonly outcome: 'version_needed' }
  | Exclude<ChangeOutcome<Item>, { readonly outcome: 'changed' }>;

type Store<Item extends Managed> = Pick<ManagedRecords<Item>, 'find' | 'replace'>;

interface ChangeSpec<Item extends Managed> {
  readonly id: string;
  /** Tells whether the operator has seen this version. */
  readonly matchesVersion: (version: number) => boolean;
  /** Returns the changed record, or that nothing changes, or why its status does not allow the change. */
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

/**
 * Changes the status of a record. An activation is approved by somebody who has read that version, and who
 * has changed nothing since the last activation. It puts what is proposed in force.
 */
export function changeStatus<Item extends Managed>(
  records: Store<Item>,
  {
    to,
    act,
    namesOneVersion,
    putInForce = (record) => record,
    ...target
  }: Pick<ChangeSpec<Item>, 'id' | 'matchesVersion'> & {
    readonly to: LifecycleStatus;
    readonly act: ChangeContext;
    /** Whether the operator has named a single version. */
    readonly namesOneVersion: boolean;
    /** Returns an activated record whose content includes what was proposed, from it and from what it was before. */
    readonly putInForce?: (record: Item, before: Item) => Item;
  },
): Promise<ChangeResult<Item>> {
  return changeRecord(records, {
    ...target,
    next: (record) => {
      const changed = transition(record, to, changeBy(act));
      return changed.outcome === 'changed' && to === 'active'
        ? { ...changed, record: putInForce(changed.record, record) }
        : changed;
    },
    objection: (record) => {
      const roleObjection = missingRole(act, roleForTransition(to));
      if (roleObjection !== undefined || to !== 'active') return roleObjection;
      if (!namesOneVersion) return { outcome: 'version_needed' };
      return editorsOf(record).some((editor) => isNameOf(act.operator, editor))
        ? { outcome: 'own_change' }
        : undefined;
    },
  });
}

/**
 * Changes the content of a record. Its status stays the same, whatever `content` returns. If the content is as
 * it was, nothing is recorded, and nobody needs a role for it.
 */
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
  const isUnchanged = (record: Item): boolean =>
    record.status !== 'ended' && isDeepStrictEqual(contentOf(content(record)), contentOf(record));
  return changeRecord(records, {
    ...target,
    next: (record) =>
      isUnchanged(record)
        ? { outcome: 'unchanged', record }
        : amend<Item>(record, content(record), changeBy(act)),
    objection: (record) => (isUnchanged(record) ? undefined : missingRole(act, roleForChange(record.status))),
  });
}

/** Returns a record without what every change sets anew. */
function contentOf(record: Managed): object {
  const { status: _status, version: _version, changes: _changes, editors: _editors, ...content } = record;
  return content;
}

export const changeBy = ({ operator, at, why }: ChangeContext): Omit<RecordChange, 'to'> => ({
  at: at.toISOString(),
  by: operator.mailbox,
  subject: operator.subject,
  why,
});

/** Tells whether this is a name of the operator: the subject, or a mailbox that the same person reads. */
const isNameOf = ({ subject, mailbox }: Operator, name: string): boolean =>
  name === subject || sameMailbox(name, mailbox);

/** Returns that the operator lacks a role, if so. */
export const missingRole = (
  { operator }: ChangeContext,
  role: OperatorRole,
): { readonly outcome: 'role_needed'; readonly role: OperatorRole } | undefined =>
  hasRole(operator.role, role) ? undefined : { outcome: 'role_needed', role };
