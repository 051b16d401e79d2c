import type { HttpRequest } from '../http-lambda.ts';
import { ApiProblem } from './api-problem.ts';

/**
 * Verifies the token of a request (RFC 6750 §2.1), and returns what `verify` makes of it.
 * @param missing how the 401 response is worded: the realm, and a sentence about what is needed
 * @throws {ApiProblem} if the token is missing or bad. Without a token, no error is named (RFC 6750 §3).
 */
export async function verifyBearerToken<Verified>(
  { headers }: HttpRequest,
  verify: (token: string) => Promise<Verified | undefined>,
  { realm, title }: { readonly realm: string; readonly title: string },
): Promise<Verified> {
  const sent = headers['authorization'];
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/iu.exec(sent ?? '')?.[1];
  const verified = token === undefined ? undefined : await verify(token);
  if (verified !== undefined) return verified;
  const error = sent === undefined ? '' : ', error="invalid_token"';
  throw new ApiProblem(
    { status: 401, code: 'unauthorized', title },
    { 'www-authenticate': `Bearer realm="${realm}"${error}` },
  );
}
