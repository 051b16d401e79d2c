import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { DecodedToken } from '../../core/trust/token-rules.ts';

/** The longest token that is accepted. It fits into a header of a request. */
export const mostCharacters = 8192;
/**
 * A part of a JWS: base64url without padding. The unused bits of the last character must be zero (RFC 4648
 * §3.5), so that a token has only one spelling.
 */
const part = '(?:[\\w-]{4})*(?:[\\w-]{4}|[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])';
const syntax = new RegExp(`^${part}\\.${part}\\.${part}$`, 'u');

/**
 * Decodes a JWS in compact form (RFC 7515 §7.1) without verifying it. Returns undefined if it is not a JWS
 * with two JSON objects.
 */
export function partsOf(token: string): DecodedToken | undefined {
  if (token.length > mostCharacters || !syntax.test(token)) return undefined;
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}
