import { matrix } from './matrix.ts';
import { testCells } from './run-cells.ts';

testCells('the intake, the EWACS account and the profile', matrix.intakeAndProfile);
