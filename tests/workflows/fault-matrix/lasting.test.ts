import { matrix } from './matrix.ts';
import { testCells } from './run-cells.ts';

/** Nothing hangs here, and many waits are long. Lambda ends a function after 6 seconds. */
testCells('what lasts until a state is given up', matrix.lasting, 5);
