import { prerequisiteStep } from '../../core/access/prerequisite.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
export const handler = stepLambda(prerequisiteStep(ports), ports);
