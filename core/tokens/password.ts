import { effectiveScopes } from '../clients/in-force.ts';
import { authenticateClient, requireActiveClient } from './client-authentication.ts';
import type { GrantHandler, TokenEndpointDependencies } from './grant-handler.ts';
import { mint, narrowScopes } from './mint.ts';
import { assertCheck } from './oauth-error.ts';
import type { PasswordLogin } from './ports.ts';
import { isUserActive } from '../users/user.ts';

/**
 * How many wrong passwords are allowed in any quarter of an hour. The limit for a user is below Okta's own
 * lockout, usually ten in a row, so that nobody can lock a user out through us. Many users may share an address.
 */
export const wrongPasswordLimits = {
  ofUser: { most: 4, windowSeconds: 15 * 60 },
  fromAddress: { most: 50, windowSeconds: 15 * 60 },
} as const;

/**
 * Serves the grant `password`, RFC 6749 §4.3 (WF-9). It is a legacy grant, and RFC 9700 §2.4 forbids it. It
 * is available only to clients whose contract allows it, only until the contract's sunset, and each use is
 * counted. Every refused login gets the same answer, so that it reveals nothing about the user.
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

  const userId = parameters.get('username');
  const userPassword = parameters.get('password');
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
  const { partnerId } = client.client;
  assertCheck('partner', user.partnerId === partnerId, ...refusal);
  assertCheck('user', isUserActive(await endpoint.findUser(user.userId), partnerId), ...refusal);

  await endpoint.grantUse.count(clientId, 'password');
  return {
    token: await mint(endpoint, client, { subject: user.userId, scopes, notAfter: new Date(sunset) }),
    headers: {
      // RFC 9745 §2.1: since when the grant is deprecated, as a structured date. RFC 8594: until when it
      // works.
      deprecation: `@${Math.floor(deprecatedSince.getTime() / 1000)}`,
      sunset: new Date(sunset).toUTCString(),
    },
  };
};

const refusal = ['invalid_grant', 'the user cannot be served with these credentials'] as const;

/**
 * Verifies a password, unless there were too many wrong passwords for the user or from the address.
 * Only wrong passwords count towards these limits.
 * @returns the user, or undefined if the directory refuses the login
 * @throws {OAuthError} `invalid_grant` if a limit is reached
 */
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
  const refundAttempt = async (): Promise<void> => {
    await Promise.all([ofUser.refund(user), fromAddress.refund(sourceIp)]);
  };
  const found = await passwordLogin.verify(userId, attempt).catch(async (error: unknown) => {
    await refundAttempt();
    throw error;
  });
  if (found?.partnerId === partnerId) await refundAttempt();
  return found;
}

/** The month in which RFC 9700 was published, which says that this grant must not be used. */
const deprecatedSince = new Date('2025-01-01T00:00:00Z');
