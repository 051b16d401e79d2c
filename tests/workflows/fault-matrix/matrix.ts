import { callCells, functionCells } from './cells.ts';
import { finishCells } from './finish-cells.ts';
import { lastingCells } from './lasting-cells.ts';
import { laterWriteCells } from './later-writes.ts';
import type { CellState } from './ways.ts';

const cellsOf = (...states: readonly CellState[]) =>
  states.flatMap((state) => [...functionCells(state), ...callCells(state)]);

/** All cells, grouped by the test files that run them. */
export const matrix = {
  reports: cellsOf('ReportAccepted', 'ReportDone', 'ReportRejected', 'ReportRolledBack'),
  otherReports: ['ReportEwacsAccountConfirmed', 'ReportProfileReady', 'ReportClientReady'].flatMap(
    functionCells,
  ),
  intakeAndProfile: cellsOf('RequestIntake', 'AwaitEwacsAccount', 'OktaProfile'),
  access: cellsOf('CognitoClient', 'GatewayMapping', 'CredentialDelivery'),
  profileUndone: cellsOf('UndoOktaProfile'),
  accessUndone: cellsOf(
    'AlertOperators',
    'UndoCredentialDelivery',
    'UndoGatewayMapping',
    'UndoCognitoClient',
    'UndoEwacsAccount',
  ),
  rollbackFinished: finishCells,
  laterWrites: laterWriteCells,
  lasting: lastingCells,
};
