import type { Environment } from '../catalogue/catalogue.ts';
import type { Clock } from '../clock.ts';
import type { FindStanding, GrantType, Standing } from '../contracts/records.ts';
import { whyNotInForce } from '../contracts/standing.ts';
import { insist } from './oauth-error.ts';
import type { ClientAssertions, ClientSecrets, UsedIds } from './ports.ts';
import type { PresentedClient } from './token-request.ts';

export interface ClientAuthenticator {
  readonly clientSecrets: ClientSecrets;
  readonly clientAssertions: ClientAssertions;
  readonly usedIds: UsedIds;
}

/** A client that has shown who it is, and what it stands on. */
export interface ServedClient {
  readonly clientId: string;
  readonly client: NonNullable<Standing['client']>;
  readonly contract: NonNullable<Standing['contract']>;
}

/**
 * RFC 6749 §2.3, RFC 7523 §2.2. An unknown client and a wrong secret are answered alike.
 * @returns the client's id
 * @throws {OAuthError} `invalid_client`
 */
export async function authenticate(
  { clientSecrets, clientAssertions, usedIds }: ClientAuthenticator,
  presented: PresentedClient,
): Promise<string> {
  if (presented.method !== 'private_key_jwt') {
    insist(
      'client_secret',
      await clientSecrets.isRight(presented.clientId, presented.clientSecret),
      'invalid_client',
      'the client is unknown or its secret is wrong',
    );
    return presented.clientId;
  }
  const refusal = ['invalid_client', 'the client is unknown or its assertion is not good'] as const;
  const assertion = await clientAssertions.verify(presented.assertion);
  insist('client_assertion', assertion !== undefined, ...refusal);
  insist(
    'client_id',
    presented.clientId === undefined || presented.clientId === assertion.clientId,
    ...refusal,
  );
  insist(
    'client_assertion_jti',
    await usedIds.burn(assertion.clientId, assertion.jti, assertion.expiresAt),
    ...refusal,
  );
  return assertion.clientId;
}

/**
 * What an authenticated client may be served by: it, its contract and its partner have to be in force, and the
 * contract has to allow the grant, if it asks for one.
 * @throws {OAuthError} `unauthorized_client`
 */
export async function served(
  {
    findStanding,
    environment,
    clock,
  }: { readonly findStanding: FindStanding; readonly environment: Environment; readonly clock: Clock },
  clientId: string,
  grant?: GrantType,
): Promise<ServedClient> {
  const standing = await findStanding(clientId);
  const { client, contract } = standing;
  const fault = whyNotInForce(standing, clock.now(), environment);
  insist(
    fault?.rule ?? 'standing',
    fault === undefined && client !== undefined && contract !== undefined,
    'unauthorized_client',
    'the client, its contract or its partner is not active',
  );
  insist(
    'contract_grant',
    grant === undefined || contract.grants.includes(grant),
    'unauthorized_client',
    'the contract of the client does not allow this grant',
  );
  return { clientId, client, contract };
}
