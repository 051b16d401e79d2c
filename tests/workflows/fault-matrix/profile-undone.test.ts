import { matrix } from './matrix.ts';
import { testCells } from './run-cells.ts';

testCells('the profile is taken back', matrix.profileUndone);
