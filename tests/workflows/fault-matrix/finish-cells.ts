import { type Cell, cellAt, functionCells, incomplete, stopped, untroubled, withRuns } from './cells.ts';
import { kindsOf } from './kinds.ts';
import { isUndo, undosBefore } from './paths.ts';
import { readsBefore, strikes } from './strikes.ts';
import { type AimedFault, leftBehind, mailRefused, type Way, ways } from './ways.ts';

const state = 'FinishRollback';

/** An undo that was refused permanently fails once more, so FinishRollback runs again until it succeeds. */
const undoneOnceMore = Object.entries(ways)
  .filter(([undo]) => isUndo(undo))
  .flatMap(([undo, calls]) =>
    Object.entries(calls).flatMap(([operation, its]) =>
      its.slice(0, 1).flatMap((way) => {
        const refusal = { kind: 'is refused for good', mode: 'reject', calls: 1, endedRuns: 1 } as const;
        return kindsOf(operation)
          .filter(({ forGood, mode }) => forGood === undefined && mode !== 'throttle')
          .map((kind): Cell => ({
            name: `${state} of ${undo}: ${operation} ${kind.kind}, where ${way.way}`,
            way,
            faults: [
              ...(way.faults ?? []),
              ...strikes(undo, operation, refusal),
              ...strikes(state, operation, kind, readsBefore(operation, undosBefore(undo))),
            ],
            ...withRuns(untroubled(way), state, kind.endedRuns),
          }));
      }),
    ),
  );

/** Refuses the client's deletion in this number of runs of FinishRollback. */
const refusedClient = (times: number): AimedFault => ({
  at: state,
  operation: 'cognito DeleteUserPoolClient',
  mode: 'reject',
  times,
});

/** Something is left, and the write that records it fails. */
const recorded = kindsOf('dynamodb UpdateItem').map((kind): Cell => {
  const runs = kind.forGood === undefined ? kind.endedRuns : 0;
  return {
    name: `${state}: dynamodb UpdateItem ${kind.kind}, where ${leftBehind.way}`,
    way: leftBehind,
    faults: [
      ...(leftBehind.faults ?? []),
      refusedClient(1 + runs),
      // Turns for the client's deletion are written before. How often depends on other cells.
      ...strikes(state, 'dynamodb UpdateItem', kind).map((fault) =>
        fault.operation === 'lambda' ? fault : ({ ...fault, isOfItsPartition: true } as const),
      ),
    ],
    ...(kind.forGood === undefined
      ? {
          ...incomplete(withRuns(untroubled(leftBehind), state, runs), 'cognito-client'),
          left: 'cognito-client',
        }
      : stopped(untroubled(leftBehind), 'Defect')),
  };
});

/** A failed report to the ticket ends nothing; execution-ended reports it later. */
const told = Object.entries<readonly Way[]>(ways.FinishRollback)
  .filter(([operation]) => operation !== 'dynamodb UpdateItem' && operation !== 'dynamodb GetItem')
  .flatMap(([operation, its]) =>
    its.flatMap((way) =>
      kindsOf(operation)
        .filter(({ mode }) => mode !== 'throttle')
        .map((kind): Cell => ({
          name: `${state}: ${operation} ${kind.kind}, where ${way.way}`,
          way,
          left: 'cognito-client',
          faults: [
            ...(way.faults ?? []),
            refusedClient(1 + (way.moreRuns?.[state] ?? 0)),
            ...strikes(state, operation, kind),
          ],
          ...incomplete(untroubled(way), 'cognito-client'),
        })),
    ),
  );

const nothingLeft = kindsOf('dynamodb GetItem').map((kind) =>
  cellAt(state, 'dynamodb GetItem', kind, mailRefused),
);

export const finishCells: readonly Cell[] = [
  ...functionCells(state),
  ...nothingLeft,
  ...recorded,
  ...told,
  ...undoneOnceMore,
];
