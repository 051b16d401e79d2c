import { epochSeconds } from './json-wire.ts';
import type { Wire } from './wire.ts';

/** Creates the wire of the AWS REST JSON protocol. An error's code is in a header. */
export function restWire(successStatus: number): Wire {
  const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json', ...headers },
    });
  return {
    answer: (_operation, output) => json(successStatus, epochSeconds(output ?? {})),
    error: ({ code, message, status }) => json(status, { message }, { 'x-amzn-errortype': code }),
  };
}
