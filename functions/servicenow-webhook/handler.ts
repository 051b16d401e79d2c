import { httpLambda } from '../../middleware/http-lambda.ts';
import { answerWebhook } from './answer-webhook.ts';
import { dependencies } from './dependencies.ts';

const webhook = dependencies(process.env);
export const handler = httpLambda('servicenow-webhook', (request) => answerWebhook(webhook, request));
