import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Webhook } from 'standardwebhooks';

export interface WebhookAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Returns the secret that the environment, or else `.env.example`, gives the twin. If there are two, returns
 * the first.
 */
export function webhookSecret(environment: NodeJS.ProcessEnv = process.env): string {
  const defaults = parseEnv(readFileSync(join(import.meta.dirname, '../.env.example'), 'utf8'));
  const secrets = environment['SERVICENOW_WEBHOOK_SECRET'] ?? defaults['SERVICENOW_WEBHOOK_SECRET'] ?? '';
  return secrets.split(' ', 1)[0] ?? '';
}

/** Signs a body as ServiceNow does (Standard Webhooks) and posts it to `POST /webhooks/servicenow`. */
export async function postWebhook(
  gateway: string,
  body: string,
  secret = webhookSecret(),
  sentAt = new Date(),
): Promise<WebhookAnswer> {
  const id = `msg_${randomUUID()}`;
  const answer = await fetch(`${gateway}/webhooks/servicenow`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, sentAt, body),
    },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** Describes why the webhook refused a request, so that a person can correct it. */
export function describeRefusal({ status, body }: WebhookAnswer): string {
  const faults = Array.isArray(body['errors'])
    ? (body['errors'] as { readonly path: string; readonly code: string; readonly allowed: string }[])
    : [];
  return [
    `the webhook answered ${status}: ${String(body['title'])}`,
    ...faults.map(({ path, code, allowed }) => `  ${path} (${code}): ${allowed}`),
  ].join('\n');
}
