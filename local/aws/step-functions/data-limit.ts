import type { TaskFailure, Json } from './states.ts';

/** AWS's quota for the input or output of a task or state, in bytes of UTF-8. */
const maxBytes = 262_144;

/**
 * Returns the failure for data that exceed AWS's quota, or undefined if they do not.
 *
 * @param source the source that AWS names in the message: the service of a task (`lambda`), or the state
 */
export function dataLimitFailure(data: Json, source: string): Required<TaskFailure> | undefined {
  if (Buffer.byteLength(JSON.stringify(data)) <= maxBytes) return undefined;
  const exceeding = 'returned a result with a size exceeding the maximum number of bytes service limit.';
  return { error: 'States.DataLimitExceeded', cause: `The state/task '${source}' ${exceeding}` };
}
