import { createHash } from 'node:crypto';

/** The temporary access key that Lambda gives a function, here the same at every start. `functionName` is its full one. */
export function accessKeyIdOf(functionName: string): string {
  const letters = [...createHash('sha256').update(functionName).digest()].slice(0, 16);
  return `ASIA${letters
    .map((byte) => (byte % 32).toString(32))
    .join('')
    .toUpperCase()}`;
}

/** Who signed a request, by its Authorization header; undefined if nobody did. */
export const signer = (authorization: string | undefined): string | undefined =>
  /\bCredential=([^/,\s]+)/.exec(authorization ?? '')?.[1];
