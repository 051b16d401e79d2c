import type { PendingList } from './partitions.ts';
import type { Key } from './table.ts';

/** What tells the records of one workflow from those of another in the table. */
export interface WorkflowKeys {
  /** The prefix of the keys, which is the sort key of an execution's own record, too: `ONBOARDING`. */
  readonly prefix: string;
  /**
   * The prefix of the workflow's partitions in the index of pending work. Only one workflow may have an empty
   * one.
   */
  readonly pendingPrefix: string;
}

export const executionKey = ({ prefix }: WorkflowKeys, executionId: string): Key => ({
  pk: `${prefix}#${executionId}`,
  sk: prefix,
});

export const stepKey = ({ prefix }: WorkflowKeys, executionId: string, step: string): Key => ({
  pk: `${prefix}#${executionId}`,
  sk: `STEP#${step}`,
});

/**
 * Tells whether an item that is listed as pending is one of an execution's records. Whoever may write any item
 * can list it there.
 */
export const isOfExecution = ({ prefix }: WorkflowKeys, { pk }: Key): boolean => pk.startsWith(`${prefix}#`);

/** Reads the id of the execution from the key of one of its records. */
export const executionIdIn = ({ prefix }: WorkflowKeys, { pk }: Key): string => pk.slice(prefix.length + 1);

/** The value of `gsi2pk` of executions that have ended, until their personal data is removed. */
export const endedPartition = ({ pendingPrefix }: WorkflowKeys): string => `${pendingPrefix}${endedList}`;
const endedList: PendingList = 'ENDED';

/** The write that ends the pending state removes these index keys. */
export const pendingKeys = '#gsi2pk, #gsi2sk';
/** These attributes identify a stall while it lasts. */
export const stallKeys = '#stalledSince, #stallStage';
