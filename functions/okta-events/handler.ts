import { httpLambda } from '../../middleware/http-lambda.ts';
import { answerEventHook } from './answer-event-hook.ts';
import { dependencies } from './dependencies.ts';

const hook = dependencies(process.env);
export const handler = httpLambda('okta-events', (request, log) => answerEventHook(hook, request, log));
