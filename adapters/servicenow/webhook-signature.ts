import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.ts';
import { StepError } from '../../core/errors.ts';
import type { CachedSecret } from '../../core/secrets/cached-secret.ts';
import { createSecret } from '../aws/secrets.ts';

/** The headers of a request, by lower-case name. */
export type WebhookHeaders = Readonly<Record<string, string | undefined>>;

export type SignatureCheck = (rawBody: string, headers: WebhookHeaders) => boolean;

/**
 * Checks Standard Webhooks signatures (https://www.standardwebhooks.com): HMAC-SHA256 over id, timestamp and
 * the raw body, at most five minutes old or ahead.
 * @param secrets one or two `whsec_…`, separated by blanks: two while one replaces the other
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
        // Otherwise it would parse the body, and throw where that is no JSON.
        webhook.verify(rawBody, Object.fromEntries(given), { jsonParse: false });
        return true;
      } catch (error) {
        if (error instanceof WebhookVerificationError) return false;
        throw error;
      }
    });
}

/**
 * Checks signatures by a secret that may change. One that does not verify has the secret read again, at most once
 * a minute: anybody can send such a webhook.
 */
export function createRotatingSignatureCheck(
  check: CachedSecret<SignatureCheck>,
): (rawBody: string, headers: WebhookHeaders) => Promise<boolean> {
  return async (rawBody, headers) => {
    // Without them there is nothing to verify, and so nothing to read a secret for.
    if (required.some((name) => headers[name] === undefined)) return false;
    const used = await check.get();
    if (used(rawBody, headers)) return true;
    const replaced = await reloaded(check, used);
    return replaced?.(rawBody, headers) ?? false;
  };
}

const required = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

/** A secret that cannot be read again is none that has changed: a forgery must not become an error of ours. */
async function reloaded(
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

/** The webhook secret in Secrets Manager, as the check that it makes. */
export function createWebhookSecret(options: WebhookSecretOptions): CachedSecret<SignatureCheck> {
  return createSecret({
    ...options,
    parse: (content) => createSignatureCheck(secretContent.parse(content).servicenowWebhookSecret),
  });
}
