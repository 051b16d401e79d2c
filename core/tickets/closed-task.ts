import * as z from 'zod';
import { type CheckedFields, checkFields } from './check-fields.ts';
import { oneLine, oneOf, sysId, ticketNumber, value } from './request-rules.ts';

const closedStates = ['3', '4', '7'] as const;

/** A task that was closed. */
export interface ClosedTask {
  readonly sysId: string;
  readonly number: string;
  /** The number of the ticket that the task belongs to. */
  readonly requestItem: string;
  /** The ServiceNow state: 3 closed complete, 4 closed incomplete, 7 closed skipped. */
  readonly state: (typeof closedStates)[number];
  /** The id of what was created, if the task says so. */
  readonly prerequisiteId?: string;
}

/** The values of a closed task, in the words of the job. Each desk has names of its own for them. */
export const closedTaskFields = ['sysId', 'number', 'requestItem', 'state', 'prerequisiteId'] as const;
export type ClosedTaskField = (typeof closedTaskFields)[number];

const schema = z
  .object({
    sysId: value(true, sysId),
    number: value(true, ticketNumber),
    requestItem: value(true, ticketNumber),
    state: value(true, oneOf('not_closed', closedStates)).pipe(z.enum(closedStates)),
    prerequisiteId: value(false, ...oneLine(100)),
  } satisfies Readonly<Record<ClosedTaskField, z.ZodType>>)
  .transform(({ prerequisiteId, ...task }): ClosedTask => ({
    ...task,
    ...(prerequisiteId !== '' && { prerequisiteId }),
  }));

/**
 * Checks a closed task as a desk sends it (WF-3). It reports every error at once.
 * @param sent the values as they arrived; those that are absent are undefined
 */
export const checkClosedTask = (
  sent: Readonly<Record<ClosedTaskField, unknown>>,
): CheckedFields<ClosedTaskField, ClosedTask> => checkFields(schema, sent);
