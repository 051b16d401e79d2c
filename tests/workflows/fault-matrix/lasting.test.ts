import { matrix } from './matrix.ts';
import { testCells } from './run-cells.ts';

/** Nothing hangs here, and many waits are long. */
testCells('what lasts until a state is given up', matrix.lasting, 10);
