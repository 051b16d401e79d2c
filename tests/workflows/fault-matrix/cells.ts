import { functionKinds, type FaultKind, kindsOf } from './kinds.ts';
import { functionOf, isBackward, isEnd, isReport, isUndo, tasksOn, undosBefore } from './paths.ts';
import { refusedOnceMore, strikes } from './strikes.ts';
import {
  type AimedFault,
  codeRefused,
  isOurRefusal,
  mailRefused,
  rejected,
  type CellState,
  straight,
  type Way,
  ways,
  withEwacs,
} from './ways.ts';

/** One fault at one call of one state, and its expected outcome. */
export interface Cell extends CellOutcome {
  readonly name: string;
  readonly way: Way;
  readonly faults: readonly AimedFault[];
  /** The step that record, ticket and alert name as not undone. */
  readonly left?: string;
  /** True if operators cannot be alerted to a fault that is ours. */
  readonly isUnalerted?: true;
}

export interface CellOutcome {
  /** The error of each end, or SUCCEEDED. After each one except the last, the execution is redriven. */
  readonly ends: readonly string[];
  /** How often each task has run in the end. */
  readonly runs: Readonly<Record<string, number>>;
  /** The tasks whose entries the ticket contains in the end. */
  readonly told: readonly string[];
}

/**
 * Returns the outcome of a way without further faults. CredentialDelivery sends the code last, so the entry
 * exists only if it gets that far.
 */
export function untroubled(way: Way): CellOutcome {
  const { stopsAt, moreRuns = {} } = way;
  const tasks = tasksOn(way);
  return {
    ends: [
      tasks.includes('ReportRejected') ? 'Rejected' : stopsAt === undefined ? 'SUCCEEDED' : 'RolledBack',
    ],
    runs: Object.fromEntries(tasks.map((task) => [task, 1 + (moreRuns[task] ?? 0)])),
    told: tasks.filter(
      (task) =>
        isReport(task) ||
        (task === 'CredentialDelivery' && (stopsAt !== task || moreRuns[task] !== undefined)),
    ),
  };
}

export const withRuns = (outcome: CellOutcome, task: string, more: number): CellOutcome => ({
  ...outcome,
  runs: { ...outcome.runs, [task]: (outcome.runs[task] ?? 0) + more },
});

/** Returns the outcome if FinishRollback fails, is redriven and then succeeds. */
export const redriven = (outcome: CellOutcome, error: string, entry: string): CellOutcome => ({
  ...withRuns(outcome, 'FinishRollback', 1),
  ends: [error, ...outcome.ends],
  told: [...outcome.told.slice(0, -1), entry, ...outcome.told.slice(-1)],
});
export const incomplete = (outcome: CellOutcome, step: string): CellOutcome =>
  redriven(outcome, 'RollbackIncomplete', `RollbackIncomplete:${step}`);
export const stopped = (outcome: CellOutcome, error: string): CellOutcome =>
  redriven(outcome, error, 'Stopped:0');

/** These calls end their state. A fault in the function after them does not end a run of the state. */
const settling = ['stepfunctions SendTaskSuccess', 'stepfunctions SendTaskFailure'];
const happens = ({ mode }: FaultKind): boolean =>
  mode === 'fail-after' || mode === 'crash' || mode === 'garbage';

/** A mail that was not sent has no Send event. Two runs wait for one before it is sent again. */
const waits = (operation: string, { mode }: FaultKind): number =>
  operation === 'ses SendEmail' && (mode === 'fail-before' || mode === 'hang') ? 2 : 0;

/** Returns the outcome of a way if this state fails permanently. FinishRollback does what an undo did not. */
export function givenUp(state: string, operation: string, way: Way, isOurs: boolean): CellOutcome {
  const outcome = untroubled(way);
  if (isUndo(state) || state === 'AlertOperators') return outcome;
  if (!isReport(state)) {
    return untroubled({
      ...way,
      stopsAt: state,
      isOurs,
      ...(way.person === 'an employee' && { person: 'nobody' }),
    });
  }
  // If only the look-up failed, the entry had been written.
  const isTold = isEnd(state) || operation === 'servicenow QueryRecords';
  return { ...outcome, told: outcome.told.filter((task) => task !== state || isTold) };
}

/** Returns a cell for a fault at a state. `finish-cells.ts` covers FinishRollback with something left. */
export function cellAt(state: string, operation: string, given: FaultKind, way: Way): Cell {
  const kind = settling.includes(operation) && happens(given) ? { ...given, endedRuns: 0 } : given;
  const cell = {
    name: `${state}: ${operation} ${kind.kind}${way.way === '' ? '' : `, where ${way.way}`}`,
    way,
    faults: [...(way.faults ?? []), ...strikes(state, operation, kind)],
  };
  if (kind.forGood === undefined) {
    return { ...cell, ...withRuns(untroubled(way), state, kind.endedRuns + waits(operation, kind)) };
  }
  if (state === 'FinishRollback') {
    return {
      ...cell,
      ...stopped(untroubled(way), operation === 'lambda' ? 'Runtime.ImportModuleError' : 'Defect'),
    };
  }
  // FinishRollback has a function of its own, so it does what the undo's function could not start.
  const isUnalerted = state === 'AlertOperators' && ({ isUnalerted: true } as const);
  if (!isUndo(state) || operation === 'lambda') {
    return { ...cell, ...isUnalerted, ...givenUp(state, operation, way, isOurRefusal(operation)) };
  }
  const left = functionOf(state);
  return {
    ...cell,
    faults: [...cell.faults, ...refusedOnceMore(operation, undosBefore(state))],
    ...incomplete(untroubled(way), left),
    left,
  };
}

/** Returns the usual way to a state. */
export function wayTo(state: string): Way {
  if (state === 'ReportRejected') return rejected;
  if (state === 'AlertOperators') return codeRefused;
  if (isBackward(state)) return mailRefused;
  return state.includes('Ewacs') ? withEwacs : straight;
}

/** Returns the cells for faults of the state's function itself. */
export const functionCells = (state: string): readonly Cell[] =>
  functionKinds.map((kind) => cellAt(state, 'lambda', kind, wayTo(state)));

/** Returns the cells for faults of the calls that the state's function makes. */
export const callCells = (state: CellState): readonly Cell[] =>
  Object.entries(ways[state]).flatMap(([operation, its]) =>
    its.flatMap((way) => kindsOf(operation).map((kind) => cellAt(state, operation, kind, way))),
  );
