import * as z from 'zod';

/** A private RSA key in the form that the functions sign with. */
export const privateJwk = z.looseObject({
  kty: z.literal('RSA'),
  kid: z.string(),
  n: z.string(),
  e: z.string(),
  d: z.string(),
});
