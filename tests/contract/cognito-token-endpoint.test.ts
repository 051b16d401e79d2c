import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClientRegistry } from '../../adapters/aws/cognito-client-registry.ts';
import { createClientSecrets } from '../../adapters/aws/cognito-client-secrets.ts';
import { userPoolId } from '../support/deployed.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';

describe("OAU-2 the user pool's token endpoint", () => {
  let twin: AwsTwin;
  let client: CognitoIdentityProviderClient;
  let clientId: string;
  let secret: string;

  beforeAll(async () => {
    twin = await startAwsTwin();
    client = new CognitoIdentityProviderClient(twin.client);
    const scopes = ['credit-reports/read', 'credit-reports/write'];
    clientId = (await createClientRegistry({ client, userPoolId }).create({ name: 'onb', scopes })).clientId;
    secret = (await createClientSecrets({ client, userPoolId }).add(clientId)).value;
  });
  afterAll(async () => {
    client.destroy();
    await twin.stop();
  });

  const basic = (id: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`,
  });
  const ask = async (form: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await fetch(`${twin.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers,
    });
    return {
      status: response.status,
      cache: response.headers.get('cache-control'),
      body: (await response.json()) as Record<string, unknown>,
    };
  };
  const grant = { grant_type: 'client_credentials' };

  it("answers a token of the asked scope that the pool's key set verifies", async () => {
    const { status, cache, body } = await ask(
      { ...grant, scope: 'credit-reports/read' },
      basic(clientId, secret),
    );
    const { access_token: token, ...rest } = body;
    expect({ status, cache, rest }).toEqual({
      status: 200,
      cache: 'no-store',
      rest: { expires_in: 900, token_type: 'Bearer' },
    });

    const issuer = `${twin.url}/${userPoolId}`;
    const discovery = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as {
      issuer: string;
      jwks_uri: string;
    };
    expect(discovery.issuer).toBe(issuer);
    const { payload, protectedHeader } = await jwtVerify(
      String(token),
      createRemoteJWKSet(new URL(discovery.jwks_uri)),
      { issuer },
    );
    const { iat, jti, ...claims } = payload;
    expect(claims).toEqual({
      iss: issuer,
      sub: clientId,
      client_id: clientId,
      token_use: 'access',
      scope: 'credit-reports/read',
      version: 2,
      auth_time: iat,
      exp: (iat ?? 0) + 900,
    });
    expect(jti).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid']);
  });

  it('takes the credentials from the form too, and grants all scopes where none is asked for', async () => {
    const { status, body } = await ask({ ...grant, client_id: clientId, client_secret: secret });
    expect(status).toBe(200);
    const [, claims = ''] = String(body['access_token']).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
      scope: 'credit-reports/read credit-reports/write',
      sub: expect.any(String) as string,
      token_use: 'access',
      auth_time: expect.any(Number) as number,
      iss: expect.any(String) as string,
      exp: expect.any(Number) as number,
      iat: expect.any(Number) as number,
      version: 2,
      jti: expect.any(String) as string,
      client_id: expect.any(String) as string,
    });
  });

  it.each([
    ['a wrong secret', () => ask(grant, basic(clientId, 'wrong')), 'invalid_client'],
    ['an unknown client', () => ask(grant, basic('nobody', 'wrong')), 'invalid_client'],
    ['no client at all', () => ask(grant), 'invalid_request'],
    [
      'a scope that the client may not have',
      () => ask({ ...grant, scope: 'credit-reports/read credit-reports/erase' }, basic(clientId, secret)),
      'invalid_scope',
    ],
    ['no grant type', () => ask({}, basic(clientId, secret)), 'invalid_request'],
    [
      'another grant type',
      () => ask({ grant_type: 'password' }, basic(clientId, secret)),
      'unsupported_grant_type',
    ],
    [
      'a body that is no form',
      () => ask(grant, { ...basic(clientId, secret), 'content-type': 'application/json' }),
      'invalid_request',
    ],
  ])('refuses %s', async (_case, asked, error) => {
    expect(await asked()).toEqual({ status: 400, cache: 'no-store', body: { error } });
  });

  it('knows two secrets at once, and forgets one that is removed', async () => {
    const secrets = createClientSecrets({ client, userPoolId });
    const other = (
      await createClientRegistry({ client, userPoolId }).create({
        name: 'rotating',
        scopes: ['credit-reports/read'],
      })
    ).clientId;
    const [born] = await secrets.list(other);
    const first = await secrets.add(other);
    await secrets.remove(other, born?.secretId ?? '');
    const second = await secrets.add(other);
    expect((await ask(grant, basic(other, first.value))).status).toBe(200);
    expect((await ask(grant, basic(other, second.value))).status).toBe(200);
    await secrets.remove(other, first.secretId);
    expect((await ask(grant, basic(other, first.value))).body).toEqual({ error: 'invalid_client' });
  });

  it.each([
    ['fail-before', 503],
    ['throttle', 429],
    ['reject', 400],
  ] as const)('answers %s with %i', async (mode, status) => {
    twin.faults.add([{ service: 'cognito', operation: 'Token', mode, times: 1 }]);
    expect((await ask(grant, basic(clientId, secret))).status).toBe(status);
  });
});
