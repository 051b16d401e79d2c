import * as z from 'zod';
import { type CheckedFields, checkFields } from './check-fields.ts';
import type { ClosedState } from './ports.ts';
import { oneLine, oneOf, text, ticketNumber, value, type ValueRule } from './request-rules.ts';

/** A task that was closed. */
export interface ClosedTask {
  readonly id: string;
  readonly number: string;
  /** The number of the ticket that the task belongs to. */
  readonly ticketNumber: string;
  readonly state: ClosedState;
  /** The id of what was created, if the task says so. */
  readonly prerequisiteId?: string;
}

/** The values of a closed task, in the words of the job. Each desk has names of its own for them. */
export const closedTaskFields = ['id', 'number', 'ticketNumber', 'state', 'prerequisiteId'] as const;
export type ClosedTaskField = (typeof closedTaskFields)[number];

/** How a desk writes the values of a closed task. */
export interface ClosedTaskFormat {
  readonly id: ValueRule;
  /** What each of the desk's own states means that a closed task may have. */
  readonly closedStates: ReadonlyMap<string, ClosedState>;
}

/**
 * Checks a closed task as a desk sends it (WF-3). It reports every error at once.
 * @param sent the values as they arrived; those that are absent are undefined
 */
export function checkClosedTask(
  sent: Readonly<Record<ClosedTaskField, unknown>>,
  { id, closedStates }: ClosedTaskFormat,
): CheckedFields<ClosedTaskField, ClosedTask> {
  const schema = z
    .object({
      id: value(true, id),
      number: value(true, ticketNumber),
      ticketNumber: value(true, ticketNumber),
      // A state that the desk does not close tasks with is refused before it gets here.
      state: value(true, oneOf('not_closed', [...closedStates.keys()])).transform(
        (state) => closedStates.get(state) ?? z.NEVER,
      ),
      prerequisiteId: text(false, ...oneLine(100)),
    } satisfies Readonly<Record<ClosedTaskField, z.ZodType>>)
    .transform(({ prerequisiteId, ...task }): ClosedTask => ({
      ...task,
      ...(prerequisiteId !== '' && { prerequisiteId }),
    }));
  return checkFields(schema, sent);
}
