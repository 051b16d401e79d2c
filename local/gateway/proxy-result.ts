import * as z from 'zod';
import { Refused } from './exchange.ts';
import { type Header, lambdaAnswerHeaders } from './headers.ts';
import type { PayloadKind } from './payload.ts';
import { response } from './response.ts';

const headerValue = z.union([z.string(), z.number(), z.boolean()]);

/** All members are optional. Any other member makes the result invalid. */
const proxyResult = z.strictObject({
  statusCode: z.coerce.number().pipe(z.int().min(200).max(599)).nullish(),
  headers: z.record(z.string(), headerValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerValue)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/**
 * Returns the response for the result of a Lambda proxy integration. The defaults are status 200 and an empty
 * body. `headers` and `multiValueHeaders` are merged, and a pair that is in both appears once. Base64 is
 * decoded only by an API that treats payloads as bytes.
 *
 * @throws Refused, which ends as a 502, if the result is not `{statusCode?, headers?, multiValueHeaders?,
 * body?, isBase64Encoded?}`
 */
export function proxyResponse(payload: unknown, kind: PayloadKind): Response {
  const parsed = proxyResult.safeParse(payload);
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new Refused('DEFAULT_5XX', `malformed Lambda proxy response: ${where}`);
  }
  const { statusCode, body, isBase64Encoded } = parsed.data;
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true && kind === 'bytes' ? 'base64' : 'utf8');
  try {
    return response(statusCode ?? 200, headersOf(parsed.data), bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new Refused(
      'DEFAULT_5XX',
      'malformed Lambda proxy response: a header has a name or value that HTTP does not allow',
    );
  }
}

function headersOf({ headers, multiValueHeaders }: z.infer<typeof proxyResult>): Headers {
  const listed = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
    values.map((value): Header => [name, String(value)]),
  );
  const single = Object.entries(headers ?? {})
    .map(([name, value]): Header => [name, String(value)])
    .filter(
      ([name, value]) =>
        !listed.some(([other, its]) => other.toLowerCase() === name.toLowerCase() && its === value),
    );
  const merged = new Headers();
  for (const [name, value] of lambdaAnswerHeaders([...listed, ...single])) merged.append(name, value);
  if (!merged.has('content-type')) merged.set('content-type', 'application/json');
  return merged;
}
