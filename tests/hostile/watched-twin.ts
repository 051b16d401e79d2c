import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import { webhookSecret } from '../../clients/webhook.ts';
import { executions, tableItems } from '../journeys/records.ts';
import { wholeAnswer, type WholeAnswer } from '../journeys/whole-answer.ts';
import type { TestTwin } from '../support/twin.ts';

/** Signs bytes as they will be read, and posts them to the webhook. */
export async function postSigned(
  { urls }: TestTwin,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<WholeAnswer> {
  const id = `msg_${randomUUID()}`;
  const sentAt = new Date();
  return wholeAnswer(
    await fetch(`${urls.gateway}/webhooks/servicenow`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: {
        'content-type': 'application/json',
        ...headers,
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
        'webhook-signature': new Webhook(webhookSecret()).sign(id, sentAt, body.toString()),
      },
    }),
  );
}

/** Everything that requests leave behind. */
export async function everythingStored({ urls }: TestTwin): Promise<readonly unknown[]> {
  return Promise.all([tableItems(urls), executions(urls)]);
}

const line = z.object({
  level: z.enum(['INFO', 'WARN', 'ERROR']),
  code: z.string(),
  status: z.number().optional(),
});

/** What is wrong with the log: lines that are no JSON or too long, faults of our own, and answers of 500 and above. */
export function oddLinesIn(twin: TestTwin): readonly string[] {
  const log = twin.log().trimEnd();
  // A shared twin may have printed nothing yet.
  const lines = log === '' ? [] : log.split('\n');
  return lines.filter((text) => {
    const read = line.safeParse(objectIn(text));
    return (
      !text.startsWith('ready http') &&
      (!read.success || text.length > 1000 || read.data.level === 'ERROR' || (read.data.status ?? 0) >= 500)
    );
  });
}

function objectIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
