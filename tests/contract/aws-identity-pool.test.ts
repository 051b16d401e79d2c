import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIdentityPool } from '../../adapters/aws/identity-pool.ts';
import { Defect } from '../../core/errors.ts';
import { accessKeyIdOf } from '../../local/iam/credentials.ts';
import { identityPool } from '../../local/seed/names.ts';
import { type AwsTwin, effectUnderFault, errorUnderFault, startAwsTwin } from '../support/aws-twin.ts';
import { deployment } from '../support/deployed.ts';
import { awsEnvironment } from '../support/table.ts';

const operation = 'GetOpenIdTokenForDeveloperIdentity';
const gil = { userId: 'usr_gil', partnerId: 'globex' };
const anyIdentity = 'eu-west-1:00000000-0000-4000-8000-000000000000';

let twin: AwsTwin;
beforeAll(async () => {
  twin = await startAwsTwin({ roles: deployment.roles });
});
afterAll(() => twin.stop());

const poolFor = (changed: Partial<Parameters<typeof createIdentityPool>[0]> = {}, name = 'token') =>
  createIdentityPool({
    ...identityPool,
    env: { ...awsEnvironment(twin.url), AWS_ACCESS_KEY_ID: accessKeyIdOf(`sallyport-dev-${name}`) },
    attempts: 1,
    ...changed,
  });

/** Calls an operation as the SDKs do. */
async function called(name: string, input: object): Promise<unknown> {
  const answer = await fetch(twin.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityService.${name}`,
    },
    body: JSON.stringify(input),
  });
  return { status: answer.status, body: await answer.json() };
}
const errorOf = (code: string, message: unknown = expect.any(String)) => ({
  status: 400,
  body: { __type: code, message },
});

describe('FED-5 the identity pool, against the twin', () => {
  test('a token has the shape that AWS documents, and verifies by the key set', async () => {
    const { identityId, token } = await poolFor().issueToken(gil, 300);
    const { payload, protectedHeader } = await jwtVerify(
      token,
      createRemoteJWKSet(new URL('/.well-known/jwks_uri', twin.url)),
      { currentDate: twin.clock.now() },
    );
    expect(protectedHeader).toEqual({ alg: 'RS512', typ: 'JWS', kid: expect.any(String) as string });
    expect(payload).toEqual({
      sub: identityId,
      aud: identityPool.poolId,
      amr: ['authenticated', 'sallyport', `sallyport:${identityPool.poolId}:usr_gil`],
      iss: 'https://cognito-identity.amazonaws.com',
      'https://cognito-identity.amazonaws.com/identity-pool-arn': `arn:aws:cognito-identity:eu-west-1:000000000000:identitypool/${identityPool.poolId}`,
      'https://aws.amazon.com/tags': { principal_tags: { partner_id: ['globex'] } },
      iat: expect.any(Number) as number,
      exp: (payload.iat ?? 0) + 300,
    });
    expect(identityId).toMatch(/^eu-west-1:[0-9a-f-]{36}$/u);
  });

  test('a user keeps the identity, and another user has another', async () => {
    const first = await poolFor().issueToken(gil, 60);
    expect((await poolFor().issueToken(gil, 60)).identityId).toBe(first.identityId);
    const other = await poolFor().issueToken({ userId: 'usr_ann', partnerId: 'globex' }, 60);
    expect(other.identityId).not.toBe(first.identityId);
  });

  // Failure F-98
  test.each(effectUnderFault)('under %s it is %s', async (mode, name) => {
    twin.faults.add([{ service: 'cognitoidentity', operation, mode, times: 1 }]);
    await expect(poolFor({ requestTimeout: 500 }).issueToken(gil, 60)).rejects.toThrow(
      errorUnderFault(name, 'cognitoidentity', operation, mode, 'ABORT_ERR'),
    );
  });

  test('after a lost answer the next attempt gets a token of the same identity', async () => {
    const { identityId } = await poolFor().issueToken(gil, 60);
    twin.faults.add([{ service: 'cognitoidentity', operation, mode: 'fail-after', times: 1 }]);
    expect((await poolFor({ attempts: 2 }).issueToken(gil, 60)).identityId).toBe(identityId);
  });

  test.each([
    ['a pool that is not there', { poolId: anyIdentity }, 'AccessDeniedException'],
    ['a provider that the pool does not know', { developerProvider: 'other' }, 'InvalidParameterException'],
  ])('%s is a Defect', async (_what, changed, detail) => {
    await expect(poolFor(changed).issueToken(gil, 60)).rejects.toThrow(
      new Defect({ service: 'cognitoidentity', operation, detail }),
    );
  });

  // Threat T-137
  test.each(['sign-in', 'session', 'operator-api', 'token-inspection'])(
    '%s gets no token of the pool',
    async (name) => {
      await expect(poolFor({}, name).issueToken(gil, 60)).rejects.toThrow(
        new Defect({ service: 'cognitoidentity', operation, detail: 'AccessDeniedException' }),
      );
    },
  );
});

describe('X-13 the identity pool of the twin', () => {
  const asked = { IdentityPoolId: identityPool.poolId, Logins: { sallyport: 'usr_gil' } };

  test.each<[what: string, input: object, code: string]>([
    ['no pool', { Logins: asked.Logins }, 'InvalidParameterException'],
    ['no logins', { IdentityPoolId: identityPool.poolId }, 'InvalidParameterException'],
    ['an id of another form', { ...asked, IdentityPoolId: 'pool' }, 'InvalidParameterException'],
    ['no time', { ...asked, TokenDuration: 0 }, 'InvalidParameterException'],
    ['more than a day', { ...asked, TokenDuration: 86_401 }, 'InvalidParameterException'],
    ['an empty tag', { ...asked, PrincipalTags: { partner_id: '' } }, 'InvalidParameterException'],
    [
      'eleven logins',
      {
        ...asked,
        Logins: Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`provider-${at}`, 'x'])),
      },
      'InvalidParameterException',
    ],
    [
      'another provider besides',
      { ...asked, Logins: { sallyport: 'usr_gil', 'accounts.google.com': 'x' } },
      'InvalidParameterException',
    ],
    ['an unknown pool', { ...asked, IdentityPoolId: anyIdentity }, 'ResourceNotFoundException'],
    [
      'an unknown identity',
      { ...asked, Logins: { sallyport: 'usr_new' }, IdentityId: anyIdentity },
      'ResourceNotFoundException',
    ],
    ["another's identity", { ...asked, IdentityId: anyIdentity }, 'DeveloperUserAlreadyRegisteredException'],
  ])('refuses %s', async (_what, input, code) => {
    await called(operation, asked);
    expect(await called(operation, input)).toEqual(errorOf(code));
  });

  test('gives credentials of an hour for a token, to its identity alone', async () => {
    const { identityId, token } = await poolFor().issueToken(gil, 60);
    const withToken = (IdentityId: string, value = token) =>
      called('GetCredentialsForIdentity', {
        IdentityId,
        Logins: { 'cognito-identity.amazonaws.com': value },
      });
    expect(await withToken(identityId)).toEqual({
      status: 200,
      body: {
        IdentityId: identityId,
        Credentials: {
          AccessKeyId: expect.stringMatching(/^ASIA[0-9A-F]{16}$/u) as string,
          SecretKey: expect.any(String) as string,
          SessionToken: expect.any(String) as string,
          Expiration: expect.any(Number) as number,
        },
      },
    });
    const others =
      "Logins don't match. Please include at least one valid login for this identity or identity pool.";
    expect(await withToken(anyIdentity)).toEqual(errorOf('NotAuthorizedException', others));
    expect(await called('GetCredentialsForIdentity', { IdentityId: identityId })).toEqual(
      errorOf('NotAuthorizedException', others),
    );
    expect(await withToken(identityId, `${token.slice(0, -8)}AAAAAAAA`)).toEqual(
      errorOf('NotAuthorizedException', 'Invalid login token.'),
    );
    twin.clock.move(61);
    expect(await withToken(identityId)).toEqual(
      errorOf('NotAuthorizedException', 'Invalid login token. Token expired.'),
    );
    twin.clock.move(0);
  });
});
