import { createSignatureCheck } from '../adapters/servicenow/webhook-signature.ts';
import { answerWebhook } from '../functions/servicenow-webhook/answer-webhook.ts';
import { dependencies } from '../functions/servicenow-webhook/dependencies.ts';
import { httpLambda } from '../middleware/http-lambda.ts';

const isSigned = createSignatureCheck(process.env['SERVICENOW_WEBHOOK_SECRET'] ?? '');
const webhook = {
  ...dependencies(process.env),
  isSigned: (rawBody: string, headers: Parameters<typeof isSigned>[1]) =>
    Promise.resolve(isSigned(rawBody, headers)),
};

/**
 * The webhook function with its secret in the environment, and otherwise unchanged. `secrets.ts` compares it
 * with ours.
 */
export const handler = httpLambda('servicenow-webhook', (request) => answerWebhook(webhook, request));
