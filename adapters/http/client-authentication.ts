import * as z from 'zod/mini';
import type { JsonAnswer } from './json-call.ts';

/** The client authentication of one token request (RFC 6749 section 2.3). */
export interface ClientAuthentication {
  /** The form fields that authenticate the client. */
  readonly fields: Readonly<Record<string, string>>;
  /**
   * Reads the credentials again, because the vendor has refused the current ones.
   * @returns whether they have changed, so that another attempt makes sense
   */
  readonly reload: () => Promise<boolean>;
}

/**
 * Sends a token request. Sends it a second time if the vendor refused the credentials and they have been
 * replaced.
 */
export async function askAuthenticated(
  authenticate: () => Promise<ClientAuthentication>,
  ask: (fields: ClientAuthentication['fields']) => Promise<JsonAnswer>,
): Promise<JsonAnswer> {
  const { fields, reload } = await authenticate();
  const answer = await ask(fields);
  if (!isRefusal(answer) || !(await reload())) return answer;
  return ask((await authenticate()).fields);
}

const oauthError = z.object({ error: z.string() });

/**
 * Returns whether the vendor refused the credentials. RFC 6749 section 5.2: `invalid_client` comes with 401,
 * but a server may also use 400.
 */
const isRefusal = ({ status, body }: JsonAnswer): boolean =>
  status === 401 || (status === 400 && oauthError.safeParse(body).data?.error === 'invalid_client');
