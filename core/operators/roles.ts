import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';

/** What operators may be, each more than the one before: looks; changes and stops; puts in force and ends. */
export const roles = ['viewer', 'operator', 'approver'] as const;
export type OperatorRole = (typeof roles)[number];

/** Somebody who was let in. */
export interface Operator {
  /** Of the token: who is recorded with every change. */
  readonly subject: string;
  readonly role: OperatorRole;
}

/** The most that somebody in these groups is; nothing if none of them is a role. */
export function roleOf(groups: readonly string[]): OperatorRole | undefined {
  return roles.findLast((role) => groups.includes(role));
}

export const hasRole = (role: OperatorRole, needed: OperatorRole): boolean =>
  roles.indexOf(role) >= roles.indexOf(needed);

/** Stopping something must not wait for a second person; letting it run, and ending it for good, must. */
export const roleToBecome = (to: LifecycleStatus): OperatorRole =>
  to === 'suspended' ? 'operator' : 'approver';

/** What is in force gives rights at once; a draft, or what is suspended, only when an approver has put it in force. */
export const roleToAmend = (status: LifecycleStatus): OperatorRole =>
  status === 'active' ? 'approver' : 'operator';
