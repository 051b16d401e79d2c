import * as z from 'zod';

/** A private RSA key, as functions sign with it. */
export const privateJwk = z.looseObject({
  kty: z.literal('RSA'),
  kid: z.string(),
  n: z.string(),
  e: z.string(),
  d: z.string(),
});
