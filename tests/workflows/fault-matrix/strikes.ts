import { isRead, triesOf } from './calls.ts';
import type { FaultKind } from './kinds.ts';
import { functionOf, isBackward, isReport } from './paths.ts';
import type { AimedFault } from './ways.ts';

const kept = ['secretsmanager GetSecretValue', 'okta Token', 'servicenow Token', 'apigateway GetUsagePlans'];

/**
 * Tells whether an instance remembers something about this operation. Functions request cached values only in
 * a new instance. A client that has retried too often, because of other cells, stops retrying.
 */
const remembers = (operation: string): boolean =>
  kept.includes(operation) || (operation !== 'lambda' && triesOf(operation) > 1);

/**
 * Returns the number of simultaneous calls. The link and the code are created at the same time, so both calls
 * must fail to end the run. To revoke a link, its token alone is derived.
 */
const callsAtOnce = (at: string, operation: string): number =>
  operation === 'kms GenerateMac' && at === 'CredentialDelivery' ? 2 : 1;

/**
 * Returns the number of writes that a failing step makes itself; the fault must not hit them. A step writes
 * that it waits for a vendor. A step that sets something up also writes the reason.
 */
function writesOfFailure(at: string): number {
  if (isReport(at) || ['request-intake', 'finish-rollback'].includes(functionOf(at))) return 0;
  return isBackward(at) ? 1 : 2;
}

/**
 * Tells whether a broken connection is replaced. A read on a connection that the run has used before opens a
 * new one without using up a try.
 */
const replaces = (operation: string, { mode, calls }: FaultKind, after: number): boolean =>
  mode === 'crash' && isRead(operation) && calls > 1 && (operation === 'dynamodb Query' || after > 0);

/**
 * Returns the faults of one kind: one for each run that they end, or a single one that ends none.
 *
 * @param after how many calls of each run succeed first, in addition to the writes of a failing step
 */
export function strikes(at: string, operation: string, kind: FaultKind, after = 0): readonly AimedFault[] {
  const { mode, calls, endedRuns } = kind;
  const struck =
    operation !== 'lambda' && calls === triesOf(operation) ? calls * callsAtOnce(at, operation) : calls;
  const times = struck + (replaces(operation, kind, after) ? 1 : 0);
  const spared = operation === 'dynamodb UpdateItem' ? writesOfFailure(at) : 0;
  return Array.from({ length: Math.max(endedRuns, 1) }, (_, run): readonly AimedFault[] => [
    { at, operation, mode, times, after: run === 0 ? after : after + spared },
    ...(remembers(operation) ? [{ at, operation: 'lambda', mode: 'cold-start' } as const] : []),
  ]).flat();
}

/** Returns a further refusal, at FinishRollback, of the call that was refused in an undo state. */
export function refusedOnceMore(operation: string, undosBefore: number): readonly AimedFault[] {
  return strikes(
    'FinishRollback',
    operation,
    { kind: 'is refused for good', mode: 'reject', calls: 1, endedRuns: 1, forGood: true },
    readsBefore(operation, undosBefore),
  );
}

/**
 * Returns the number of reads before FinishRollback reaches the step that is not undone. It reads the
 * onboarding, and the record of each step that is undone already.
 */
export const readsBefore = (operation: string, undosBefore: number): number =>
  operation === 'dynamodb GetItem' ? 1 + undosBefore : 0;
