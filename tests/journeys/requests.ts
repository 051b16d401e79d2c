import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import { webhookSecret } from '../../clients/webhook.ts';
import { wholeAnswer, type WholeAnswer } from './whole-answer.ts';

const payload = z.looseObject({ number: z.string(), variables: z.record(z.string(), z.unknown()) });

export type Payload = z.infer<typeof payload>;

/** Returns the text of a file in `events/samples`. */
export const sampleText = (name: string): string =>
  readFileSync(new URL(`../../events/samples/${name}`, import.meta.url), 'utf8');
export const sample = (name: string): Payload => payload.parse(JSON.parse(sampleText(name)));

/**
 * Returns the sample request of a US onboarding with a ticket number, user and company of its own, and other
 * changes.
 */
export function requestFor(
  number: string,
  variables: Readonly<Record<string, unknown>> = {},
  top: Readonly<Record<string, unknown>> = {},
): Payload {
  const { variables: usual, ...request } = sample('b2b-onboarding-us.json');
  return {
    ...request,
    number,
    sys_id: createHash('md5').update(number).digest('hex'),
    ...top,
    variables: {
      ...usual,
      company: `Company of ${number}`,
      user_id: `user.${number.toLowerCase()}`,
      email: `api@${number.toLowerCase()}.example`,
      ...variables,
    },
  };
}

export interface Signing {
  readonly secret?: string;
  readonly id?: string;
  readonly at?: Date;
  /** Replaces the signature's headers. `undefined` omits a header. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Posts a body to the webhook with the given signature. */
export async function deliver(
  gateway: string,
  body: string,
  { secret = webhookSecret(), id = `msg_${randomUUID()}`, at = new Date(), headers = {} }: Signing = {},
): Promise<WholeAnswer> {
  const given: Readonly<Record<string, string | undefined>> = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
    ...headers,
  };
  return wholeAnswer(
    await fetch(`${gateway}/webhooks/servicenow`, {
      method: 'POST',
      body,
      headers: Object.entries(given).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, value]],
      ),
    }),
  );
}
