import type { Environment } from '../catalogue/catalogue.ts';
import type { Clock } from '../clock.ts';
import type { FindClientContext, ClientContext } from '../clients/client-context.ts';
import type { GrantType } from '../contracts/records.ts';
import { findInactiveReason } from '../clients/in-force.ts';
import { assertCheck } from './oauth-error.ts';
import type { ClientAssertions, ClientSecretVerifier, UsedJtis } from './ports.ts';
import type { PresentedClient } from './token-request.ts';

/** What is needed to authenticate a client. */
export interface ClientAuthenticator {
  readonly clientSecretVerifier: ClientSecretVerifier;
  readonly clientAssertions: ClientAssertions;
  readonly usedJtis: UsedJtis;
}

/** An authenticated client that is in force, with its contract. */
export interface ActiveClient {
  readonly clientId: string;
  readonly client: NonNullable<ClientContext['client']>;
  readonly contract: NonNullable<ClientContext['contract']>;
}

/**
 * Authenticates a client by its secret or its assertion (RFC 6749 §2.3, RFC 7523 §2.2). An unknown client and
 * a wrong secret get the same answer.
 * @returns the client's id
 * @throws {OAuthError} `invalid_client`
 */
export async function authenticateClient(
  { clientSecretVerifier, clientAssertions, usedJtis }: ClientAuthenticator,
  presented: PresentedClient,
): Promise<string> {
  if (presented.method !== 'private_key_jwt') {
    assertCheck(
      'client_secret',
      await clientSecretVerifier.verify(presented.clientId, presented.clientSecret),
      'invalid_client',
      'the client is unknown or its secret is wrong',
    );
    return presented.clientId;
  }
  const refusal = ['invalid_client', 'the client is unknown or its assertion is not good'] as const;
  const assertion = await clientAssertions.verify(presented.assertion);
  assertCheck('client_assertion', assertion !== undefined, ...refusal);
  assertCheck(
    'client_id',
    presented.clientId === undefined || presented.clientId === assertion.clientId,
    ...refusal,
  );
  assertCheck(
    'client_assertion_jti',
    await usedJtis.consume(assertion.clientId, assertion.jti, assertion.expiresAt),
    ...refusal,
  );
  return assertion.clientId;
}

/**
 * Requires that an authenticated client, its contract and its partner are in force. If a grant is named, the
 * contract must also allow that grant.
 * @throws {OAuthError} `unauthorized_client`
 */
export async function requireActiveClient(
  {
    findClientContext,
    environment,
    clock,
  }: {
    readonly findClientContext: FindClientContext;
    readonly environment: Environment;
    readonly clock: Clock;
  },
  clientId: string,
  grant?: GrantType,
): Promise<ActiveClient> {
  const clientContext = await findClientContext(clientId);
  const { client, contract } = clientContext;
  const inactiveReason = findInactiveReason(clientContext, clock.now(), environment);
  assertCheck(
    inactiveReason?.rule ?? 'in_force',
    inactiveReason === undefined && client !== undefined && contract !== undefined,
    'unauthorized_client',
    'the client, its contract or its partner is not active',
  );
  assertCheck(
    'contract_grant',
    grant === undefined || contract.grants.includes(grant),
    'unauthorized_client',
    'the contract of the client does not allow this grant',
  );
  return { clientId, client, contract };
}
