import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type PickedUpCredentials, pickUp } from '../../clients/partner.ts';
import { overTls, plain } from '../support/oauth-client.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { onboard } from './onboarded.ts';
import { requestFor } from './requests.ts';
import { wholeAnswer, type WholeAnswer } from './whole-answer.ts';

const form = 'application/x-www-form-urlencoded';
const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' };
const challenge = { 'www-authenticate': 'Basic realm="sallyport"' };
const refusal = (error: string, description: string): WholeAnswer => ({
  status: 400,
  headers,
  body: { error, error_description: description },
});
const invalidClient = (description = 'the client is unknown or its secret is wrong'): WholeAnswer => ({
  status: 401,
  headers: { ...headers, ...challenge },
  body: { error: 'invalid_client', error_description: description },
});
const invalidRequest = (description: string): WholeAnswer => refusal('invalid_request', description);
const notGranted = refusal('invalid_scope', 'the client was not granted a scope that is asked for');
const encoded = (text: string): string => Buffer.from(text).toString('base64');

describe('OAU-2 POST /oauth2/token', () => {
  let twin: TestTwin;
  let partner: PickedUpCredentials;
  let other: PickedUpCredentials;
  beforeAll(async () => {
    twin = await shareTestTwin();
    const [one, two] = await Promise.all(
      ['RITM0050001', 'RITM0050002'].map(async (number) => {
        const { link, code } = await onboard(twin.urls, requestFor(number));
        return pickUp(link, code);
      }),
    );
    if (one === undefined || two === undefined) throw new Error('two partners are needed');
    [partner, other] = [one, two];
  });
  afterEach(() => fetch(`${twin.urls.gateway}/_twin/faults`, { method: 'DELETE' }));
  afterAll(() => twin.stop());

  const basic = (id = partner.client_id, secret = partner.client_secret): string =>
    `Basic ${encoded(`${id}:${secret}`)}`;
  const ask = async (
    body: string | Record<string, string>,
    authorization?: string,
    contentType = form,
  ): Promise<WholeAnswer> =>
    wholeAnswer(
      await fetch(partner.token_url, {
        method: 'POST',
        body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
        headers: { 'content-type': contentType, ...(authorization !== undefined && { authorization }) },
      }),
    );
  const grant = { grant_type: 'client_credentials' };
  const inForm = () => ({ client_id: partner.client_id, client_secret: partner.client_secret });
  const token: WholeAnswer = {
    status: 200,
    headers,
    body: {
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/u) as string,
      token_type: 'Bearer',
      expires_in: 900,
    },
  };

  describe('gives a token', () => {
    test('by HTTP Basic', async () => {
      expect(await ask(grant, basic())).toEqual(token);
    });
    test('by HTTP Basic with both halves percent-encoded, as the RFC has it', async () => {
      const percent = (text: string): string =>
        text.replaceAll(/./gu, (character) => `%${character.charCodeAt(0).toString(16)}`);
      expect(await ask(grant, basic(percent(partner.client_id), percent(partner.client_secret)))).toEqual(
        token,
      );
    });
    test('by HTTP Basic whose scheme is in lower case, and with the same client_id in the form', async () => {
      expect(
        await ask({ ...grant, client_id: partner.client_id }, basic().replace('Basic', 'basic')),
      ).toEqual(token);
    });
    test('by client_id and client_secret in the form', async () => {
      expect(await ask({ ...grant, ...inForm() }, undefined, `${form}; charset=utf-8`)).toEqual(token);
    });
    test('with the scope asked for, and with all that was granted where none is', async () => {
      for (const asked of [{ scope: 'credit-reports/read' }, { scope: '' }, {}]) {
        const answer = await ask({ ...grant, ...asked }, basic());
        expect(answer).toEqual(token);
        const { access_token: accessToken } = answer.body as { readonly access_token: string };
        const issuer = `${twin.urls.aws}/eu-west-1_sallyport`;
        const { payload, protectedHeader } = await jwtVerify(
          accessToken,
          createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`)),
          { issuer },
        );
        expect(protectedHeader).toEqual({ alg: 'RS256', kid: expect.any(String) as string });
        expect(payload).toEqual({
          iss: issuer,
          sub: partner.client_id,
          client_id: partner.client_id,
          token_use: 'access',
          scope: 'credit-reports/read',
          version: 2,
          iat: expect.any(Number) as number,
          auth_time: payload.iat,
          exp: (payload.iat ?? 0) + 900,
          jti: expect.any(String) as string,
        });
      }
    });
  });

  test.each<[string, () => Promise<WholeAnswer>, WholeAnswer]>([
    ['no grant_type', () => ask({ scope: 'x' }, basic()), invalidRequest('grant_type is missing')],
    ['an empty grant_type', () => ask({ grant_type: '' }, basic()), invalidRequest('grant_type is missing')],
    ['an empty body', () => ask('', basic()), invalidRequest('grant_type is missing')],
    [
      // Threat T-19
      'a parameter twice',
      () => ask('grant_type=client_credentials&scope=a&scope=a', basic()),
      invalidRequest('a parameter is repeated'),
    ],
    [
      'grant_type twice',
      () => ask('grant_type=client_credentials&grant_type=client_credentials', basic()),
      invalidRequest('a parameter is repeated'),
    ],
    [
      'JSON',
      () => ask(JSON.stringify(grant), basic(), 'application/json'),
      invalidRequest('the body must be application/x-www-form-urlencoded'),
    ],
    [
      'two ways of authentication',
      () => ask({ ...grant, ...inForm() }, basic()),
      invalidRequest('the client authenticates in two ways'),
    ],
    [
      'two client ids',
      () => ask({ ...grant, client_id: other.client_id }, basic()),
      invalidRequest('two client ids are given'),
    ],
    [
      'a grant that the contract does not allow',
      () => ask({ grant_type: 'password', username: 'dana.li', password: 'x' }, basic()),
      refusal('unauthorized_client', 'the contract of the client does not allow this grant'),
    ],
    [
      'an unknown grant',
      () => ask({ grant_type: 'urn:example:mine' }, basic()),
      refusal(
        'unsupported_grant_type',
        'grant_type must be one of: client_credentials, password, urn:ietf:params:oauth:grant-type:jwt-bearer, urn:ietf:params:oauth:grant-type:token-exchange, authorization_code, refresh_token',
      ),
    ],
    [
      'no authentication',
      () => ask(grant),
      invalidClient(
        'the client must authenticate by HTTP Basic, by client_id and client_secret in the body, or by client_assertion',
      ),
    ],
    [
      'a client_id alone',
      () => ask({ ...grant, client_id: partner.client_id }),
      invalidClient(
        'the client must authenticate by HTTP Basic, by client_id and client_secret in the body, or by client_assertion',
      ),
    ],
    [
      'another scheme',
      () => ask(grant, 'Bearer abc'),
      invalidClient('the Authorization header is not valid HTTP Basic'),
    ],
    [
      'Basic without a colon',
      () => ask(grant, `Basic ${encoded(partner.client_id)}`),
      invalidClient('the Authorization header is not valid HTTP Basic'),
    ],
    [
      'Basic that is not base64',
      () => ask(grant, 'Basic ???'),
      invalidClient('the Authorization header is not valid HTTP Basic'),
    ],
    [
      'Basic with a broken escape',
      () => ask(grant, basic('%zz')),
      invalidClient('the Authorization header is not valid HTTP Basic'),
    ],
    [
      'a wrong secret',
      () => ask(grant, basic(partner.client_id, `${partner.client_secret}x`)),
      invalidClient(),
    ],
    [
      'a wrong secret in the form',
      () => ask({ ...grant, ...inForm(), client_secret: 'wrong' }),
      invalidClient(),
    ],
    ['an unknown client', () => ask(grant, basic('nobody', partner.client_secret)), invalidClient()],
    [
      // Threat T-17
      'the secret of another client',
      () => ask(grant, basic(partner.client_id, other.client_secret)),
      invalidClient(),
    ],
    [
      'a scope that was not granted',
      () => ask({ ...grant, scope: 'credit-reports/write' }, basic()),
      notGranted,
    ],
    [
      'one of the scopes not granted',
      () => ask({ ...grant, scope: 'credit-reports/read credit-reports/write' }, basic()),
      notGranted,
    ],
    ['a scope of another product', () => ask({ ...grant, scope: 'fraud-signals/read' }, basic()), notGranted],
    [
      'a malformed scope',
      () => ask({ ...grant, scope: 'credit-reports/read  "x"' }, basic()),
      refusal('invalid_scope', 'scope must be tokens separated by single spaces'),
    ],
  ])('RFC 6749 §5.2: %s', async (_, send, expected) => {
    expect(await send()).toEqual(expected);
  });

  // Threat T-19
  test('credentials in the address are not looked at', async () => {
    const address = `${partner.token_url}?${new URLSearchParams({ ...grant, ...inForm() }).toString()}`;
    expect(
      await wholeAnswer(await fetch(address, { method: 'POST', headers: { 'content-type': form } })),
    ).toEqual(invalidRequest('grant_type is missing'));
  });

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s is told that the path takes POST', async (method) => {
    for (const path of ['token', 'introspect', 'revoke', 'check']) {
      const address = partner.token_url.replace(/token$/u, path);
      expect(await wholeAnswer(await fetch(address, { method })), path).toEqual({
        status: 405,
        headers: { ...headers, allow: 'POST' },
        body: { error: 'invalid_request', error_description: 'this path takes POST' },
      });
    }
  });

  // Failure F-8
  test.each(['fail-before', 'throttle', 'garbage'])(
    'where Cognito does not answer (%s), the client may come again',
    async (mode) => {
      await fetch(`${twin.urls.gateway}/_twin/faults`, {
        method: 'PUT',
        body: JSON.stringify([{ service: 'cognito', operation: 'Token', mode }]),
      });
      expect(await ask(grant, basic())).toEqual({
        status: 503,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'retry-after': '5' },
        body: { error: 'temporarily_unavailable' },
      });
      expect(await ask(grant, basic())).toEqual(token);
    },
  );

  describe('driven by oauth4webapi', () => {
    const server = (): oauth.AuthorizationServer => ({
      issuer: overTls(`${twin.urls.aws}/eu-west-1_sallyport`),
      token_endpoint: overTls(partner.token_url),
    });
    const client = (): oauth.Client => ({ client_id: partner.client_id });

    test.each([
      ['client_secret_basic', oauth.ClientSecretBasic],
      ['client_secret_post', oauth.ClientSecretPost],
    ] as const)('%s', async (_, authenticate) => {
      const answer = await oauth.clientCredentialsGrantRequest(
        server(),
        client(),
        authenticate(partner.client_secret),
        { scope: 'credit-reports/read' },
        plain,
      );
      expect(await oauth.processClientCredentialsResponse(server(), client(), answer)).toEqual({
        access_token: expect.any(String) as string,
        token_type: 'bearer',
        expires_in: 900,
      });
    });

    test('is told what is wrong in its own terms', async () => {
      const wrong = await oauth.clientCredentialsGrantRequest(
        server(),
        client(),
        oauth.ClientSecretBasic('wrong'),
        {},
        plain,
      );
      await expect(oauth.processClientCredentialsResponse(server(), client(), wrong)).rejects.toMatchObject({
        name: 'WWWAuthenticateChallengeError',
        status: 401,
        cause: [{ scheme: 'basic', parameters: { realm: 'sallyport' } }],
      });
      const scope = await oauth.clientCredentialsGrantRequest(
        server(),
        client(),
        oauth.ClientSecretBasic(partner.client_secret),
        { scope: 'credit-reports/write' },
        plain,
      );
      await expect(oauth.processClientCredentialsResponse(server(), client(), scope)).rejects.toMatchObject({
        name: 'ResponseBodyError',
        status: 400,
        error: 'invalid_scope',
        error_description: 'the client was not granted a scope that is asked for',
      });
    });

    test('calls the API with what it got', async () => {
      const answer = await oauth.clientCredentialsGrantRequest(
        server(),
        client(),
        oauth.ClientSecretBasic(partner.client_secret),
        {},
        plain,
      );
      const { access_token: accessToken } = await oauth.processClientCredentialsResponse(
        server(),
        client(),
        answer,
      );
      const inside = new Headers({ 'x-twin-source-ip': '203.0.113.10' });
      const url = new URL(overTls(`${twin.urls.gateway}/apis/credit-reports/reports`));
      expect(
        (await oauth.protectedResourceRequest(accessToken, 'GET', url, inside, undefined, plain)).status,
      ).toBe(200);
      await expect(
        oauth.protectedResourceRequest('garbage', 'GET', url, inside, undefined, plain),
      ).rejects.toMatchObject({
        name: 'WWWAuthenticateChallengeError',
        status: 401,
        cause: [{ scheme: 'bearer', parameters: { realm: 'sallyport' } }],
      });
    });
  });
});
