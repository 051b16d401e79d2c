import * as z from 'zod';
import { Refused } from './exchange.ts';
import { response } from './response.ts';

const proxyResult = z.object({
  statusCode: z.int().min(200).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()]))).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/**
 * The answer that a Lambda proxy integration returned. `headers` and `multiValueHeaders` are merged, a pair
 * in both counted once. Anything but `{statusCode, headers?, multiValueHeaders?, body?, isBase64Encoded?}`
 * ends as a 502 (`Refused`).
 */
export function proxyResponse(payload: unknown): Response {
  const parsed = proxyResult.safeParse(payload);
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new Refused('DEFAULT_5XX', `malformed Lambda proxy response: ${where}`);
  }
  const { statusCode, body, isBase64Encoded } = parsed.data;
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  try {
    return response(statusCode, headersOf(parsed.data), bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new Refused('DEFAULT_5XX', 'malformed Lambda proxy response: a header has a name or value that HTTP does not allow');
  }
}

function headersOf(result: z.infer<typeof proxyResult>): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(result.multiValueHeaders ?? {})) {
    for (const value of values) headers.append(name, String(value));
  }
  const listed = new Map(Object.entries(result.multiValueHeaders ?? {}).map(([name, values]) => [name.toLowerCase(), values.map(String)]));
  for (const [name, value] of Object.entries(result.headers ?? {})) {
    if (listed.get(name.toLowerCase())?.includes(String(value)) !== true) headers.append(name, String(value));
  }
  if (!headers.has('content-type')) headers.set('content-type', 'application/json');
  return headers;
}
