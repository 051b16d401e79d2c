import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.ts';
import { StepError } from '../../core/errors.ts';
import type { CachedSecret } from '../../core/secrets/cached-secret.ts';
import { createSecret } from '../aws/secrets.ts';

/** The headers of a request, by lower-case name. */
export type WebhookHeaders = Readonly<Record<string, string | undefined>>;

/** Returns whether the signature of a request is valid. */
export type SignatureCheck = (rawBody: string, headers: WebhookHeaders) => boolean;

/**
 * Creates a check of Standard Webhooks signatures (https://www.standardwebhooks.com). It verifies the
 * HMAC-SHA256 over id, timestamp and raw body. The timestamp may be at most five minutes old or ahead.
 * @param secrets one or two `whsec_…`, separated by spaces; two while one replaces the other
 */
export function createSignatureCheck(secrets: string): SignatureCheck {
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

/**
 * Creates a check of signatures with a secret that may change. If a signature does not verify, the secret is
 * read again, at most once a minute, because anybody can send such a request.
 */
export function createRotatingSignatureCheck(
  check: CachedSecret<SignatureCheck>,
): (rawBody: string, headers: WebhookHeaders) => Promise<boolean> {
  return async (rawBody, headers) => {
    // Without these headers there is nothing to verify, so the secret is not read.
    if (requiredHeaders.some((name) => headers[name] === undefined)) return false;
    const current = await check.get();
    if (current(rawBody, headers)) return true;
    const replaced = await reloadSecret(check, current);
    return replaced?.(rawBody, headers) ?? false;
  };
}

const requiredHeaders = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

/**
 * Reads the secret again. If that fails, the secret counts as unchanged, so that a forged request does not
 * cause a server error.
 */
async function reloadSecret(
  check: CachedSecret<SignatureCheck>,
  used: SignatureCheck,
): Promise<SignatureCheck | undefined> {
  try {
    return await check.reload(used);
  } catch (error) {
    if (error instanceof StepError) return undefined;
    throw error;
  }
}

const secretContent = z.object({ servicenowWebhookSecret: z.string() });

export interface WebhookSecretOptions {
  readonly secretId: string;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
}

/** Creates the check that uses the webhook secret in Secrets Manager. */
export function createCachedSignatureCheck(options: WebhookSecretOptions): CachedSecret<SignatureCheck> {
  return createSecret({
    ...options,
    parse: (content) => createSignatureCheck(secretContent.parse(content).servicenowWebhookSecret),
  });
}
