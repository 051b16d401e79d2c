import type { Parts } from '../../core/trust/token-rules.ts';

/** As much as fits into a header of a call. */
export const mostCharacters = 8192;
/** base64url without padding. What the last character holds beyond whole bytes is zero (RFC 4648 §3.5), so that a token can be written in one way only. */
const part = '(?:[\\w-]{4})*(?:[\\w-]{4}|[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])';
const syntax = new RegExp(`^(${part})\\.(${part})\\.${part}$`, 'u');
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Takes a JWS in compact form apart (RFC 7515 §7.1), and verifies nothing. Nothing for what is none of two JSON objects. */
export function partsOf(token: string): Parts | undefined {
  const [, header, claims] = token.length <= mostCharacters ? syntax.exec(token) ?? [] : [];
  const parts = { header: objectIn(header), claims: objectIn(claims) };
  return parts.header === undefined || parts.claims === undefined ? undefined : { header: parts.header, claims: parts.claims };
}

function objectIn(part = ''): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(Buffer.from(part, 'base64url')));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : undefined;
  } catch {
    return undefined;
  }
}
