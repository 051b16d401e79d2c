import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.ts';
import type { CachedSecret } from '../../core/secrets/cached-secret.ts';
import { createSecret } from '../aws/secrets.ts';
import type { SenderCheck } from '../http/sender-check.ts';

/**
 * Creates a check of Standard Webhooks signatures (https://www.standardwebhooks.com). It verifies the
 * HMAC-SHA256 over id, timestamp and raw body. The timestamp may be at most five minutes old or ahead.
 * @param secrets one or two `whsec_…`, separated by spaces; two while one replaces the other
 */
export function createSignatureCheck(secrets: string): SenderCheck {
  const webhooks = secrets
    .trim()
    .split(/\s+/u)
    .map((secret) => new Webhook(secret));
  return (rawBody, headers) =>
    webhooks.some((webhook) => {
      const given = Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      );
      try {
        // Without `jsonParse: false` the library parses the body, and throws if it is not JSON.
        webhook.verify(rawBody, Object.fromEntries(given), { jsonParse: false });
        return true;
      } catch (error) {
        if (error instanceof WebhookVerificationError) return false;
        throw error;
      }
    });
}

/** The headers without which there is nothing to verify. */
export const signatureHeaders = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

const secretContent = z.object({ servicenowWebhookSecret: z.string() });

export interface WebhookSecretOptions {
  readonly secretId: string;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
}

/** Creates the check that uses the webhook secret in Secrets Manager. */
export function createCachedSignatureCheck(options: WebhookSecretOptions): CachedSecret<SenderCheck> {
  return createSecret({
    ...options,
    parse: (content) => createSignatureCheck(secretContent.parse(content).servicenowWebhookSecret),
  });
}
