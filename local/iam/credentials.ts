import { createHash } from 'node:crypto';

/**
 * Returns the temporary access key that Lambda gives a function. Here it is the same at every start.
 *
 * @param functionName the function's full name
 */
export function accessKeyIdOf(functionName: string): string {
  const letters = [...createHash('sha256').update(functionName).digest()].slice(0, 16);
  return `ASIA${letters
    .map((byte) => (byte % 32).toString(32))
    .join('')
    .toUpperCase()}`;
}

/**
 * Returns the access key that signed a request, from its Authorization header. Undefined if the request is
 * not signed.
 */
export const signer = (authorization: string | undefined): string | undefined =>
  /\bCredential=([^/,\s]+)/.exec(authorization ?? '')?.[1];
