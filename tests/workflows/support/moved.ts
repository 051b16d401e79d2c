import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import type { TwinUrls } from '../../../clients/twin-process.ts';
import { type WebhookAnswer, webhookSecret } from '../../../clients/webhook.ts';

const clock = z.object({ now: z.iso.datetime() });

/** Posts a webhook that is signed with the twin's time, however the clock was moved. */
export async function postInTime({ gateway }: TwinUrls, payload: object): Promise<WebhookAnswer> {
  const { now } = clock.parse(await (await fetch(`${gateway}/_twin/clock`)).json());
  const [id, at, body] = [`msg_${randomUUID()}`, new Date(now), JSON.stringify(payload)];
  const answer = await fetch(`${gateway}/webhooks/servicenow`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(webhookSecret()).sign(id, at, body),
    },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
