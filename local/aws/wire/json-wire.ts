import type { Wire } from './wire.ts';

/** AWS JSON 1.0 and 1.1. Dates go out as seconds since 1970. */
export function jsonWire(contentType: string): Wire {
  const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': contentType, ...headers } });
  return {
    answer: (_operation, output) => json(200, epochSeconds(output ?? {})),
    error: ({ code, message, status }) =>
      json(status, { __type: code, message }, { 'x-amzn-errortype': code }),
  };
}

/** The same value with every Date as seconds since 1970. */
export function epochSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(epochSeconds);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, epochSeconds(each)]));
  }
  return value;
}
