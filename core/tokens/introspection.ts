import type { Environment } from '../catalogue/catalogue.ts';
import type { Clock } from '../clock.ts';
import type { FindClientContext } from '../clients/client-context.ts';
import { effectiveScopes, findInactiveReason } from '../clients/in-force.ts';
import {
  authenticateClient,
  type ClientAuthenticator,
  requireActiveClient,
} from './client-authentication.ts';
import type { AccessToken, AccessTokens, DenialList } from './ports.ts';
import { isResourceServerFor } from './token-exchange.ts';
import { parseTokenQuery, type RawTokenRequest } from './token-request.ts';

export interface IntrospectionDependencies extends ClientAuthenticator {
  readonly findClientContext: FindClientContext;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly accessTokens: AccessTokens;
  readonly denialList: DenialList;
}

/** What RFC 7662 §2.2 tells of a token: all of it, or that it is not active. */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly iss: string;
      readonly sub: string;
      readonly client_id: string;
      readonly token_type: 'Bearer';
      readonly scope: string;
      /** Seconds since 1970. */
      readonly iat: number;
      readonly exp: number;
      readonly aud?: readonly string[];
      readonly act?: Readonly<Record<string, unknown>>;
    };

const inactive = { active: false } as const;
const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);

/**
 * OAU-5, RFC 7662: told to the client that the token was issued to, and to the backends of its products. To
 * anybody else, and where client, contract or partner are not in force, a token is not active.
 * @throws {OAuthError} `invalid_client`, `invalid_request`, `unauthorized_client`
 */
export async function introspect(
  inspection: IntrospectionDependencies,
  raw: RawTokenRequest,
): Promise<Introspection> {
  const { token, client: presented } = parseTokenQuery(raw);
  const caller = await requireActiveClient(inspection, await authenticateClient(inspection, presented));
  const found = await inspection.accessTokens.verify(token);
  if (
    'refusedBy' in found ||
    !(found.clientId === caller.clientId || isResourceServerFor(caller, found.scopes))
  ) {
    return inactive;
  }
  const owner = await inspection.findClientContext(found.clientId);
  if (findInactiveReason(owner, inspection.clock.now(), inspection.environment) !== undefined) {
    return inactive;
  }
  const agreed = effectiveScopes(owner);
  return introspectionResponse({ ...found, scopes: found.scopes.filter((scope) => agreed.includes(scope)) });
}

function introspectionResponse({
  issuer,
  subject,
  clientId,
  scopes,
  issuedAt,
  expiresAt,
  audiences,
  act,
}: AccessToken): Introspection {
  return {
    active: true,
    iss: issuer,
    sub: subject,
    client_id: clientId,
    token_type: 'Bearer',
    scope: scopes.join(' '),
    iat: seconds(issuedAt),
    exp: seconds(expiresAt),
    ...(audiences !== undefined && { aud: audiences }),
    ...(act !== undefined && { act }),
  };
}

/**
 * OAU-5, RFC 7009: a token of the client's own is denied from now on, whoever issued it. Any other is left as
 * it is, without a word.
 * @throws {OAuthError} `invalid_client`, `invalid_request`
 */
export async function revoke(
  { accessTokens, denialList, ...authenticator }: IntrospectionDependencies,
  raw: RawTokenRequest,
): Promise<void> {
  const { token, client: presented } = parseTokenQuery(raw);
  const clientId = await authenticateClient(authenticator, presented);
  const found = await accessTokens.verify(token);
  if (!('refusedBy' in found) && found.clientId === clientId) await denialList.deny(found);
}
