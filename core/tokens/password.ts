import { scopesInForce } from '../contracts/standing.ts';
import { authenticate, served } from './client-authentication.ts';
import type { Grant, TokenEndpoint } from './grants.ts';
import { mint, narrowed } from './mint.ts';
import { insist } from './oauth-error.ts';
import type { PasswordLogin } from './ports.ts';

/**
 * `password`, RFC 6749 §4.3 (WF-9): the legacy lane, which RFC 9700 §2.4 forbids. Only for clients whose contract
 * says so, until its sunset, and counted. The user learns nothing from a refusal: every one is alike.
 */
export const password: Grant = async (endpoint, { client: presented, parameters, sourceIp }) => {
  const clientId = await authenticate(endpoint, presented);
  const client = await served(endpoint, clientId, 'password');
  const sunset = client.contract.password?.sunset;
  insist(
    'sunset',
    sunset !== undefined && endpoint.clock.now() < new Date(sunset),
    'unauthorized_client',
    'the contract of the client does not allow this grant',
  );
  const scopes = narrowed(parameters.get('scope'), scopesInForce(client));

  const [userId, userPassword] = [parameters.get('username'), parameters.get('password')];
  insist(
    'parameters',
    userId !== undefined && userPassword !== undefined,
    'invalid_request',
    'username and password are needed',
  );
  const login = userId.toLowerCase();
  const user = await triedLogin(endpoint, {
    partnerId: client.client.partnerId,
    userId: login,
    password: userPassword,
    sourceIp,
  });
  insist('login', user !== undefined, ...refusal);
  insist('partner', user.partnerId === client.client.partnerId, ...refusal);

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
async function triedLogin(
  {
    passwordTries: { ofUser, fromAddress },
    passwordLogin,
  }: Pick<TokenEndpoint, 'passwordTries' | 'passwordLogin'>,
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
  insist('tries_of_user', await ofUser.take(user), ...refusal);
  insist('tries_from_address', await fromAddress.take(sourceIp), ...refusal);
  const giveBack = async (): Promise<void> => {
    await Promise.all([ofUser.giveBack(user), fromAddress.giveBack(sourceIp)]);
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
