import type { TaskFailure, Json } from './states.ts';

/** The most bytes of UTF-8 that a result or an output may have: AWS's quota for a task's and a state's data. */
const maxBytes = 262_144;

/**
 * The failure of data that exceed AWS's quota; undefined if they do not.
 * @param source what AWS names as theirs: the service of a task (`lambda`), or the state
 */
export function dataLimitFailure(data: Json, source: string): Required<TaskFailure> | undefined {
  if (Buffer.byteLength(JSON.stringify(data)) <= maxBytes) return undefined;
  const exceeding = 'returned a result with a size exceeding the maximum number of bytes service limit.';
  return { error: 'States.DataLimitExceeded', cause: `The state/task '${source}' ${exceeding}` };
}
