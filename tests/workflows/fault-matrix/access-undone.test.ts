import { matrix } from './matrix.ts';
import { testCells } from './run-cells.ts';

testCells('all else is taken back', matrix.accessUndone);
