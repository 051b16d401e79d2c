import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';

/**
 * The operator roles, from least to most. A viewer reads. An operator also changes drafts and suspends. An
 * approver also activates, ends and changes what is active.
 */
export const roles = ['viewer', 'operator', 'approver'] as const;
export type OperatorRole = (typeof roles)[number];

/** An authenticated operator. */
export interface Operator {
  /** The subject of the token. It is recorded with every change, and so is the mailbox. */
  readonly subject: string;
  /** The mailbox that the user pool has verified, in the form of `mailboxOf`. */
  readonly mailbox: string;
  readonly role: OperatorRole;
}

/** Returns the highest role among these groups; undefined if none of them is a role. */
export function roleOf(groups: readonly string[]): OperatorRole | undefined {
  return roles.findLast((role) => groups.includes(role));
}

export const hasRole = (role: OperatorRole, needed: OperatorRole): boolean =>
  roles.indexOf(role) >= roles.indexOf(needed);

/**
 * Returns the role that is needed for a new status. Suspending must not wait for a second person; activating
 * and ending must.
 */
export const roleForTransition = (to: LifecycleStatus): OperatorRole =>
  to === 'suspended' ? 'operator' : 'approver';

/**
 * Returns the role that is needed to change the content of a record. A change of an active record takes
 * effect at once. A draft or a suspended record has no effect until an approver activates it.
 */
export const roleForChange = (status: LifecycleStatus): OperatorRole =>
  status === 'active' ? 'approver' : 'operator';
