import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { decodeJwt } from 'jose';
import { createServer } from 'node:http';
import { createClientRegistry } from '../../adapters/aws/cognito-client-registry.ts';
import { createClientSecrets } from '../../adapters/aws/cognito-client-secrets.ts';
import { createCognitoTokenEndpoint } from '../../adapters/aws/cognito-token-endpoint.ts';
import { Unavailable } from '../../core/errors.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';
import { userPoolId } from '../support/deployed.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';

const unknownClient = new OAuthError('invalid_client', 'the client is unknown or its secret is wrong');

describe("OAU-2 a client's token from the user pool", () => {
  let twin: AwsTwin;
  let client: { readonly clientId: string; readonly clientSecret: string };

  beforeAll(async () => {
    twin = await startAwsTwin();
    const cognito = new CognitoIdentityProviderClient(twin.client);
    const { clientId } = await createClientRegistry({ client: cognito, userPoolId }).create({
      name: 'onb',
      scopes: ['credit-reports/read', 'credit-reports/write'],
    });
    client = {
      clientId,
      clientSecret: (await createClientSecrets({ client: cognito, userPoolId }).add(clientId)).value,
    };
    cognito.destroy();
  });
  afterAll(() => twin.stop());

  const issue = (scope?: string, by = client) =>
    createCognitoTokenEndpoint(`${twin.url}/oauth2/token`).issue(by, scope);

  it.each([
    [undefined, 'credit-reports/read credit-reports/write'],
    ['credit-reports/read', 'credit-reports/read'],
  ])('asked for %s is for %s', async (asked, granted) => {
    const { access_token: token, ...rest } = await issue(asked);
    expect(rest).toEqual({ token_type: 'Bearer', expires_in: 900 });
    expect(decodeJwt(token)).toEqual({
      client_id: client.clientId,
      scope: granted,
      sub: expect.any(String) as string,
      token_use: 'access',
      auth_time: expect.any(Number) as number,
      iss: expect.any(String) as string,
      exp: expect.any(Number) as number,
      iat: expect.any(Number) as number,
      version: 2,
      jti: expect.any(String) as string,
    });
  });

  it.each([
    ['a wrong secret', () => issue(undefined, { ...client, clientSecret: 'wrong' }), unknownClient],
    ['an unknown client', () => issue(undefined, { ...client, clientId: 'nobody:%' }), unknownClient],
    [
      'a scope that was not granted',
      () => issue('credit-reports/erase'),
      new OAuthError('invalid_scope', 'the client was not granted a scope that is asked for'),
    ],
  ])('is refused for %s', async (_, asked, refusal) => {
    await expect(asked()).rejects.toThrow(refusal);
  });

  it.each([
    ['fail-before', 'HTTP 503'],
    ['fail-after', 'HTTP 503'],
    ['throttle', 'an answer of another kind'],
    ['garbage', 'HTTP 200'],
    ['crash', 'ECONNRESET'],
  ] as const)('is not to be had under %s', async (mode, detail) => {
    twin.faults.add([{ service: 'cognito', operation: 'Token', mode, times: 3 }]);
    await expect(issue()).rejects.toThrow(
      new Unavailable({ service: 'cognito', operation: 'Token', detail }),
    );
    twin.faults.clear();
  });

  it('is asked for again where a connection that was kept open turns out to be cut', async () => {
    const seen = new WeakSet<object>();
    const server = createServer((request, response) => {
      if (seen.has(request.socket)) return void request.socket.destroy();
      seen.add(request.socket);
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ access_token: 'token', expires_in: 900, token_type: 'Bearer' }));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const endpoint = createCognitoTokenEndpoint(
      `http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}/oauth2/token`,
    );
    const token = { access_token: 'token', expires_in: 900, token_type: 'Bearer' };
    expect([await endpoint.issue(client, undefined), await endpoint.issue(client, undefined)]).toEqual([
      token,
      token,
    ]);
    server.closeAllConnections();
    server.close();
  });

  it('is not to be had from where nobody listens', async () => {
    await expect(
      createCognitoTokenEndpoint('http://127.0.0.1:9/oauth2/token').issue(client, undefined),
    ).rejects.toThrow(new Unavailable({ service: 'cognito', operation: 'Token', detail: 'ECONNREFUSED' }));
  });
});
