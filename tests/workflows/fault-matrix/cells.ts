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

/** One fault at one call of one state, and what has to come of it. */
export interface Cell extends CellOutcome {
  readonly name: string;
  readonly way: Way;
  readonly faults: readonly AimedFault[];
  /** The step that record, ticket and alert name as not undone. */
  readonly left?: string;
  /** Operators cannot be told of a fault that is ours. */
  readonly isUnalerted?: true;
}

export interface CellOutcome {
  /** The error of the execution, or that it SUCCEEDED; after each but the last it is redriven. */
  readonly ends: readonly string[];
  /** How often each task has run in the end. */
  readonly runs: Readonly<Record<string, number>>;
  /** Whose entries the ticket holds in the end. */
  readonly told: readonly string[];
}

/** What comes of a way by itself. CredentialDelivery tells the code last: only if it gets there. */
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

/** FinishRollback fails, is redriven, and does it. */
export const redriven = (outcome: CellOutcome, error: string, entry: string): CellOutcome => ({
  ...withRuns(outcome, 'FinishRollback', 1),
  ends: [error, ...outcome.ends],
  told: [...outcome.told.slice(0, -1), entry, ...outcome.told.slice(-1)],
});
export const incomplete = (outcome: CellOutcome, step: string): CellOutcome =>
  redriven(outcome, 'RollbackIncomplete', `RollbackIncomplete:${step}`);
export const stopped = (outcome: CellOutcome, error: string): CellOutcome =>
  redriven(outcome, error, 'Stopped:0');

/** What these bring about is the end of their state: what their function meets afterwards ends no run of it. */
const settling = ['stepfunctions SendTaskSuccess', 'stepfunctions SendTaskFailure'];
const happens = ({ mode }: FaultKind): boolean =>
  mode === 'fail-after' || mode === 'crash' || mode === 'garbage';

/** A mail that went nowhere has no Send event: two runs wait for one before it is sent again. */
const waits = (operation: string, { mode }: FaultKind): number =>
  operation === 'ses SendEmail' && (mode === 'fail-before' || mode === 'hang') ? 2 : 0;

/** What comes of a way if this state fails for good. FinishRollback does what an undo did not. */
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
  // What is only looked for has been told.
  const isTold = isEnd(state) || operation === 'servicenow QueryRecords';
  return { ...outcome, told: outcome.told.filter((task) => task !== state || isTold) };
}

/** A fault at a state, but not at FinishRollback with something left: `finish-cells.ts`. */
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
  // FinishRollback has a function of its own: it does what the undo's could not begin.
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

/** The usual way to a state. */
export function wayTo(state: string): Way {
  if (state === 'ReportRejected') return rejected;
  if (state === 'AlertOperators') return codeRefused;
  if (isBackward(state)) return mailRefused;
  return state.includes('Ewacs') ? withEwacs : straight;
}

/** What may befall the state's function itself. */
export const functionCells = (state: string): readonly Cell[] =>
  functionKinds.map((kind) => cellAt(state, 'lambda', kind, wayTo(state)));

/** What may befall the calls that the state's function makes. */
export const callCells = (state: CellState): readonly Cell[] =>
  Object.entries(ways[state]).flatMap(([operation, its]) =>
    its.flatMap((way) => kindsOf(operation).map((kind) => cellAt(state, operation, kind, way))),
  );
