import { matrix } from './matrix.ts';
import { testCells } from './run-cells.ts';

testCells('what tells the ticket', [...matrix.reports, ...matrix.otherReports]);
