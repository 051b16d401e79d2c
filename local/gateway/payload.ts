/** The one that stands for all binary media types. */
const everything = '*/*';

export type PayloadKind = 'bytes' | 'text';

/**
 * How an API treats payloads, by its `BinaryMediaTypes`: as bytes if that is everything, as text if there are none.
 * Throws if it lists some: whether an answer falls under them depends on the caller's first `Accept` (ADR 28).
 */
export function payloadKind(binaryMediaTypes: readonly string[]): PayloadKind {
  const others = binaryMediaTypes.filter((type) => type !== everything);
  if (others.length > 0) {
    throw new Error(
      `the API's binary media types are ${others.join(', ')}; the twin knows ${everything} or none`,
    );
  }
  return binaryMediaTypes.length === 0 ? 'text' : 'bytes';
}

/** A payload as it leaves API Gateway. As text, what is no UTF-8 becomes U+FFFD, for good. */
export const carried = (payload: Buffer, kind: PayloadKind): Buffer =>
  kind === 'bytes' ? payload : Buffer.from(decoder.decode(payload), 'utf8');

interface EventBody {
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/** The body of a Lambda proxy event. */
export function eventBody(payload: Buffer, kind: PayloadKind): EventBody {
  if (payload.length === 0) return { body: null, isBase64Encoded: false };
  return kind === 'bytes'
    ? { body: payload.toString('base64'), isBase64Encoded: true }
    : { body: decoder.decode(payload), isBase64Encoded: false };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
