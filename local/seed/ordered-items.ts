import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { Lambda } from '../lambda/lambda.ts';
import type { RequestItem } from '../servicenow/servicenow.ts';

const webhookEvent = z
  .object({
    headers: z
      .record(z.string(), z.string())
      .transform((headers) =>
        Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      ),
    body: z.string(),
    isBase64Encoded: z.boolean(),
  })
  .transform(({ headers, body, isBase64Encoded }) => ({
    headers,
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8').toString(),
  }));

const submitted = z.object({
  type: z.literal('sc_req_item.submitted'),
  sys_id: z.string().regex(/^[0-9a-f]{32}$/),
  number: z.string().regex(/^[A-Z0-9]+(?:-[A-Z0-9]+)*$/),
  opened_by: z.string(),
  requested_for: z.string(),
});

/**
 * Wraps the Lambda service so that the requested item is created just before a webhook's function runs. A
 * webhook with ServiceNow's signature means that its requested item exists in ServiceNow. Whoever plays
 * ServiceNow on the twin can only sign the webhook.
 */
export function withOrderedItems(
  lambda: Lambda,
  webhookSecrets: () => string | undefined,
  ensureRequestItem: (item: RequestItem) => void,
): Lambda {
  return {
    invoke: (functionName, payload) => {
      if (functionName === 'servicenow-webhook') {
        const event = webhookEvent.safeParse(payload).data;
        const item =
          event !== undefined && isSigned(webhookSecrets(), event.body, event.headers)
            ? submitted.safeParse(parsed(event.body)).data
            : undefined;
        if (item !== undefined) {
          ensureRequestItem({
            sysId: item.sys_id,
            number: item.number,
            openedBy: item.opened_by,
            requestedFor: item.requested_for,
          });
        }
      }
      return lambda.invoke(functionName, payload);
    },
  };
}

/** The largest accepted difference between the timestamp of a webhook and now, in seconds. */
const toleranceSeconds = 5 * 60;

/**
 * Returns whether one of the secrets signed the webhook. The twin computes this from the specification of
 * Standard Webhooks, so that it does not share a fault with the product's own check:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param secrets `whsec_…`, separated by spaces
 */
function isSigned(
  secrets: string | undefined,
  body: string,
  headers: Readonly<Record<string, string | undefined>>,
): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': sent } = headers;
  if (secrets === undefined || id === undefined || timestamp === undefined || sent === undefined) {
    return false;
  }
  const isRecent = Math.abs(Date.now() / 1000 - Number(timestamp)) <= toleranceSeconds;
  const signatures = sent.split(' ').flatMap((each) => {
    const [version, signature] = each.split(',');
    return version === 'v1' && signature !== undefined ? [Buffer.from(signature, 'base64')] : [];
  });
  const expected = secrets
    .trim()
    .split(/\s+/u)
    .map((secret) =>
      createHmac('sha256', Buffer.from(secret.replace(/^whsec_/u, ''), 'base64'))
        .update(`${id}.${timestamp}.${body}`)
        .digest(),
    );
  return (
    isRecent &&
    signatures.some((signature) =>
      expected.some((mac) => mac.length === signature.length && timingSafeEqual(mac, signature)),
    )
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
