import { isLook, triesOf } from './calls.ts';
import type { FaultKind } from './kinds.ts';
import { functionOf, isBackward, isReport } from './paths.ts';
import type { AimedFault } from './ways.ts';

const kept = ['secretsmanager GetSecretValue', 'okta Token', 'servicenow Token', 'apigateway GetUsagePlans'];

/**
 * What functions keep in memory, they ask for only when they are new; and a client that had to try again too often,
 * for other cells, tries no more.
 */
const remembers = (operation: string): boolean =>
  kept.includes(operation) || (operation !== 'lambda' && triesOf(operation) > 1);

/** Link and code are made at the same time: both calls have to be struck before the run ends. */
const callsAtOnce = (at: string, operation: string): number =>
  operation === 'kms GenerateMac' && at !== 'GatewayMapping' ? 2 : 1;

/**
 * What a step writes down when it fails, which are not the writes that are meant: that it waits for a vendor, and, of
 * one that sets something up, why.
 */
function writesOfFailure(at: string): number {
  if (isReport(at) || ['request-intake', 'finish-rollback'].includes(functionOf(at))) return 0;
  return isBackward(at) ? 1 : 2;
}

/** A look over a connection that the run has used before takes another one, without using up a try. */
const replaces = (operation: string, { mode, calls }: FaultKind, after: number): boolean =>
  mode === 'crash' && isLook(operation) && calls > 1 && (operation === 'dynamodb Query' || after > 0);

/**
 * The faults of one kind: one for each run that they end, or one that ends none.
 * @param after how many such calls of the first run are not meant
 * @param afterwards how many of each later run are not, beside those by which a step tells that it has failed
 */
export function strikes(
  at: string,
  operation: string,
  kind: FaultKind,
  after = 0,
  afterwards = 0,
): readonly AimedFault[] {
  const { mode, calls, endedRuns } = kind;
  const struck =
    operation !== 'lambda' && calls === triesOf(operation) ? calls * callsAtOnce(at, operation) : calls;
  const times = struck + (replaces(operation, kind, after) ? 1 : 0);
  const spared = afterwards + (operation === 'dynamodb UpdateItem' ? writesOfFailure(at) : 0);
  return Array.from({ length: Math.max(endedRuns, 1) }, (_, run): readonly AimedFault[] => [
    { at, operation, mode, times, after: run === 0 ? after : after + spared },
    ...(remembers(operation) ? [{ at, operation: 'lambda', mode: 'cold-start' } as const] : []),
  ]).flat();
}

/** One more refusal, at FinishRollback, of what an undo's state was refused. */
export function refusedOnceMore(operation: string, undosBefore: number): readonly AimedFault[] {
  return strikes(
    'FinishRollback',
    operation,
    { kind: 'is refused for good', mode: 'reject', calls: 1, endedRuns: 1, forGood: true },
    readsBefore(operation, undosBefore),
  );
}

/** FinishRollback reads the onboarding, and of each step that is undone already that it is, before it comes to the one that is not. */
export const readsBefore = (operation: string, undosBefore: number): number =>
  operation === 'dynamodb GetItem' ? 1 + undosBefore : 0;
