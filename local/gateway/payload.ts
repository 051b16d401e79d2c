/** The entry that means all binary media types. */
const everything = '*/*';

export type PayloadKind = 'bytes' | 'text';

/**
 * Returns how an API treats payloads, according to its `BinaryMediaTypes`: as bytes if it lists all types, as
 * text if it lists none.
 *
 * @throws Error if it lists some types, because their treatment depends on the caller's first `Accept` (ADR
 * 28)
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

/**
 * Returns a payload as API Gateway sends it on. In text, bytes that are not UTF-8 become U+FFFD and are lost.
 */
export const carried = (payload: Buffer, kind: PayloadKind): Buffer =>
  kind === 'bytes' ? payload : Buffer.from(decoder.decode(payload), 'utf8');

interface EventBody {
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/** Returns the body for a Lambda proxy event. */
export function eventBody(payload: Buffer, kind: PayloadKind): EventBody {
  if (payload.length === 0) return { body: null, isBase64Encoded: false };
  return kind === 'bytes'
    ? { body: payload.toString('base64'), isBase64Encoded: true }
    : { body: decoder.decode(payload), isBase64Encoded: false };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
