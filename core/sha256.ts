import { createHash } from 'node:crypto';

/** Returns the SHA-256 of a text as base64url. Of a secret, whoever reads it can use nothing. */
export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('base64url');
