import { matrix } from './matrix.ts';
import { testCells } from './run-cells.ts';

testCells('the client, its access and its credentials', matrix.access);
