import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { DecodedToken } from '../../core/trust/token-rules.ts';

/** As much as fits into a header of a call. */
export const mostCharacters = 8192;
/** base64url without padding. What the last character holds beyond whole bytes is zero (RFC 4648 §3.5), so that a token can be written in one way only. */
const part = '(?:[\\w-]{4})*(?:[\\w-]{4}|[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])';
const syntax = new RegExp(`^${part}\\.${part}\\.${part}$`, 'u');

/** Takes a JWS in compact form apart (RFC 7515 §7.1), and verifies nothing. Nothing for what is none of two JSON objects. */
export function partsOf(token: string): DecodedToken | undefined {
  if (token.length > mostCharacters || !syntax.test(token)) return undefined;
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}
