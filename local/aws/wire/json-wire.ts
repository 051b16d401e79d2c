import type { Wire } from './wire.ts';

/** Creates the wire of the AWS JSON protocol 1.0 or 1.1. Dates are written in epoch seconds. */
export function jsonWire(contentType: string): Wire {
  const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': contentType, ...headers } });
  return {
    answer: (_operation, output) => json(200, epochSeconds(output ?? {})),
    error: ({ code, message, status }) =>
      json(status, { __type: code, message }, { 'x-amzn-errortype': code }),
  };
}

/** Returns the value with every Date replaced by epoch seconds. */
export function epochSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(epochSeconds);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, epochSeconds(each)]));
  }
  return value;
}
