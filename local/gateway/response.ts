/** Statuses that never have a body. */
const bodiless = new Set([204, 205, 304]);

export function response(
  status: number,
  headers: Headers | [string, string][],
  body: Uint8Array<ArrayBuffer> | string,
): Response {
  return new Response(bodiless.has(status) ? null : body, { status, headers });
}
