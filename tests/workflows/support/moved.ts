import * as z from 'zod';
import type { TwinUrls } from '../../../clients/twin-process.ts';
import { postWebhook, type WebhookAnswer, webhookSecret } from '../../../clients/webhook.ts';

const clock = z.object({ now: z.iso.datetime() });

/** Posts a webhook that is signed with the twin's time, however the clock was moved. */
export async function postInTime({ gateway }: TwinUrls, payload: object): Promise<WebhookAnswer> {
  const { now } = clock.parse(await (await fetch(`${gateway}/_twin/clock`)).json());
  return postWebhook(gateway, JSON.stringify(payload), webhookSecret(), new Date(now));
}
