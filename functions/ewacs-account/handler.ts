import { ewacsAccount } from '../../core/access/ewacs-account.ts';
import { stepLambda } from '../../middleware/step-lambda.ts';
import { dependencies } from './dependencies.ts';

const ports = dependencies(process.env);
export const handler = stepLambda(ewacsAccount(ports), ports);
