import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** The headers of a request, by lower-case name. */
export type WebhookHeaders = Readonly<Record<string, string | undefined>>;

/**
 * Checks Standard Webhooks signatures (https://www.standardwebhooks.com): HMAC-SHA256 over id, timestamp and
 * the raw body, at most five minutes old or ahead.
 * @param secrets one or two `whsec_…`, separated by blanks: two while one replaces the other
 */
export function createSignatureCheck(secrets: string): (rawBody: string, headers: WebhookHeaders) => boolean {
  const webhooks = secrets.trim().split(/\s+/u).map((secret) => new Webhook(secret));
  return (rawBody, headers) => webhooks.some((webhook) => {
    const given = Object.entries(headers).flatMap(([name, value]) => value === undefined ? [] : [[name, value] as const]);
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
