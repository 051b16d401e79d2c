import { effectiveScopes } from '../clients/in-force.ts';
import { authenticateClient, requireActiveClient } from './client-authentication.ts';
import type { GrantHandler, TokenEndpointDependencies } from './grant-handler.ts';
import { mint, narrowScopes } from './mint.ts';
import { assertCheck } from './oauth-error.ts';
import type { PasswordLogin } from './ports.ts';

/**
 * `password`, RFC 6749 §4.3 (WF-9): the legacy lane, which RFC 9700 §2.4 forbids. Only for clients whose contract
 * says so, until its sunset, and counted. The user learns nothing from a refusal: every one is alike.
 */
export const password: GrantHandler = async (endpoint, { client: presented, parameters, sourceIp }) => {
  const clientId = await authenticateClient(endpoint, presented);
  const client = await requireActiveClient(endpoint, clientId, 'password');
  const sunset = client.contract.password?.sunset;
  assertCheck(
    'sunset',
    sunset !== undefined && endpoint.clock.now() < new Date(sunset),
    'unauthorized_client',
    'the contract of the client does not allow this grant',
  );
  const scopes = narrowScopes(parameters.get('scope'), effectiveScopes(client));

  const [userId, userPassword] = [parameters.get('username'), parameters.get('password')];
  assertCheck(
    'parameters',
    userId !== undefined && userPassword !== undefined,
    'invalid_request',
    'username and password are needed',
  );
  const login = userId.toLowerCase();
  const user = await verifyPasswordWithinLimits(endpoint, {
    partnerId: client.client.partnerId,
    userId: login,
    password: userPassword,
    sourceIp,
  });
  assertCheck('login', user !== undefined, ...refusal);
  assertCheck('partner', user.partnerId === client.client.partnerId, ...refusal);

  await endpoint.grantUse.count(clientId, 'password');
  return {
    token: await mint(endpoint, client, { subject: user.userId, scopes, notAfter: new Date(sunset) }),
    headers: {
      // RFC 9745 §2.1: since when, as a structured date. RFC 8594: until when.
      deprecation: `@${Math.floor(deprecatedSince.getTime() / 1000)}`,
      sunset: new Date(sunset).toUTCString(),
    },
  };
};

const refusal = ['invalid_grant', 'the user cannot be served with these credentials'] as const;

/** Asks Okta, unless there have been too many wrong passwords for the user or from the address. Only those count. */
async function verifyPasswordWithinLimits(
  {
    passwordAttempts: { ofUser, fromAddress },
    passwordLogin,
  }: Pick<TokenEndpointDependencies, 'passwordAttempts' | 'passwordLogin'>,
  {
    partnerId,
    userId,
    password: attempt,
    sourceIp,
  }: {
    readonly partnerId: string;
    readonly userId: string;
    readonly password: string;
    readonly sourceIp: string;
  },
): ReturnType<PasswordLogin['verify']> {
  const user = `${partnerId}/${userId}`;
  assertCheck('tries_of_user', await ofUser.take(user), ...refusal);
  assertCheck('tries_from_address', await fromAddress.take(sourceIp), ...refusal);
  const giveBack = async (): Promise<void> => {
    await Promise.all([ofUser.refund(user), fromAddress.refund(sourceIp)]);
  };
  const found = await passwordLogin.verify(userId, attempt).catch(async (error: unknown) => {
    await giveBack();
    throw error;
  });
  if (found?.partnerId === partnerId) await giveBack();
  return found;
}

/** RFC 9700, which says that the grant must not be used, was published in January 2025. */
const deprecatedSince = new Date('2025-01-01T00:00:00Z');
