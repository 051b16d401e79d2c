import { matrix } from './matrix.ts';
import { testCells } from './run-cells.ts';

testCells('the end of the undo chain', matrix.rollbackFinished);
