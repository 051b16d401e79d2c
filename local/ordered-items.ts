import * as z from 'zod';
import { createSignatureCheck, type WebhookHeaders } from '../adapters/servicenow/webhook-signature.ts';
import type { Lambda } from './lambda/lambda.ts';
import type { RequestItem } from './servicenow/servicenow.ts';

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
  number: z.string().regex(/^RITM\d+$/),
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
  const isSigned = (body: string, headers: WebhookHeaders): boolean => {
    const secrets = webhookSecrets();
    return secrets !== undefined && createSignatureCheck(secrets)(body, headers);
  };
  return {
    invoke: (functionName, payload) => {
      if (functionName === 'servicenow-webhook') {
        const event = webhookEvent.safeParse(payload).data;
        const item =
          event !== undefined && isSigned(event.body, event.headers)
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
