import * as z from 'zod/mini';
import type { JsonAnswer } from './json-call.ts';

/** What authenticates a client in one token request (RFC 6749 section 2.3). */
export interface ClientAuthentication {
  /** The fields of the form that do it. */
  readonly fields: Readonly<Record<string, string>>;
  /**
   * Reads the credentials again, because the vendor has refused these.
   * @returns whether there are others now, with which to try once more
   */
  readonly reload: () => Promise<boolean>;
}

/** Sends a token request, and a second one if the vendor refuses the credentials and they have been replaced. */
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

/** RFC 6749 section 5.2: `invalid_client` comes with 401, but a server may also use 400. */
const isRefusal = ({ status, body }: JsonAnswer): boolean =>
  status === 401 || (status === 400 && oauthError.safeParse(body).data?.error === 'invalid_client');
