import * as oauth from 'oauth4webapi';
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { grantTypes } from '../../core/contracts/records.ts';
import { trustedAlgorithms } from '../../core/trust/records.ts';
import { signingKeyIds } from '../support/deployed.ts';
import type { PickedUpCredentials } from '../../clients/partner.ts';
import { casesOf } from '../support/cases.ts';
import { overTls, plain } from '../support/oauth-client.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { choosePassword, newClient, openRecords, type ContractRecords } from './contracted.ts';
import { requestFor } from './requests.ts';
import { shippedCatalogue } from '../support/shipped-catalogue.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const [, password, jwtBearer, tokenExchange] = grantTypes;
const tokenType = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`;
const read = 'credit-reports/read';
const sunset = new Date(Date.now() + 30 * 86_400_000);
const secret = 'correct horse battery';
const received = z.object({ headers: z.record(z.string(), z.string()) });
const text = expect.any(String) as string;
const number = expect.any(Number) as number;

/**
 * All requests are made by oauth4webapi, which validates each answer against its RFC before it returns it.
 */
describe('OAU-2, OAU-4, OAU-5, WF-9, JWT-4 every grant, driven by oauth4webapi', () => {
  let twin: TestTwin;
  let records: ContractRecords;
  let discovered: oauth.AuthorizationServer;
  let as: oauth.AuthorizationServer;
  /**
   * Two clients of a company, one with a key, the backend of their product, and the signing key of their
   * identity provider. `mobile` is a third client of the company. Only one test uses it, because the
   * authorizer notices the revocation by a client that has just called after up to ten seconds.
   */
  let portal: PickedUpCredentials;
  let app: PickedUpCredentials;
  let mobile: PickedUpCredentials;
  let backend: PickedUpCredentials;
  let portalKey: oauth.PrivateKey;
  let assert: (claims: JWTPayload) => Promise<string>;

  beforeAll(async () => {
    twin = await shareTestTwin();
    records = openRecords(twin.urls);
    const company = 'Acme Portals';
    [portal, app, mobile, backend] = await Promise.all([
      newClient(twin.urls, requestFor('RITM0110001', { company })),
      newClient(twin.urls, requestFor('RITM0110002', { company })),
      newClient(twin.urls, requestFor('RITM0110003', { company })),
      newClient(twin.urls, requestFor('RITM0110004')),
    ]);
    const issuer = twin.urls.gateway;
    const { partnerId } = await records.clientOf(portal.client_id);
    const [ofPortal, ofIssuer] = [await generateKeyPair('ES256'), rsaKeys('first')];
    await records.giveKeys(portal.client_id, {
      ...(await exportJWK(ofPortal.publicKey)),
      kid: 'portal-2026',
    });
    portalKey = { key: ofPortal.privateKey, kid: 'portal-2026' };
    const trusted = {
      issuer: 'https://idp.acme.example',
      partnerId,
      clientId: portal.client_id,
      audiences: [issuer],
      uses: ['assertion', 'bearer'],
    } as const;
    await records.trust(trusted, { ...(await exportJWK(ofIssuer.publicKey)), kid: 'acme-1' });
    assert = (claims) =>
      new SignJWT({ iss: trusted.issuer, aud: issuer, jti: crypto.randomUUID(), ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'acme-1', typ: 'JWT' })
        .setIssuedAt()
        .setExpirationTime('4m')
        .sign(ofIssuer.privateKey);
    await records.agree(portal.client_id, {
      grants: grantTypes,
      password: { owner: 'legacy@acme.example', sunset: sunset.toISOString() },
    });
    await records.agree(backend.client_id, {
      grants: ['client_credentials', tokenExchange],
      resourceServerOf: ['credit-reports'],
    });
    await choosePassword(twin.urls, 'user.ritm0110001', secret);
    discovered = await oauth.processDiscoveryResponse(
      new URL(issuer),
      await oauth.discoveryRequest(new URL(overTls(issuer)), { algorithm: 'oauth2', ...plain }),
    );
    as = {
      ...Object.fromEntries(
        Object.entries(discovered).map(([name, value]) => [
          name,
          typeof value === 'string' ? overTls(value) : value,
        ]),
      ),
      issuer,
    };
  });
  afterAll(async () => {
    await twin.stop();
  });

  const clientOf = ({ client_id }: PickedUpCredentials): oauth.Client => ({ client_id });
  const basic = ({ client_secret }: PickedUpCredentials): oauth.ClientAuth =>
    oauth.ClientSecretBasic(client_secret);
  const byKey = (): oauth.ClientAuth => oauth.PrivateKeyJwt(portalKey);
  const token = async (
    who: PickedUpCredentials,
    grant: string,
    parameters: Record<string, string>,
    authentication = basic(who),
  ): Promise<oauth.TokenEndpointResponse> =>
    oauth.processGenericTokenEndpointResponse(
      as,
      clientOf(who),
      await oauth.genericTokenEndpointRequest(as, clientOf(who), authentication, grant, parameters, plain),
    );
  const exchange = (
    who: PickedUpCredentials,
    subjectToken: string,
    more: Record<string, string> = {},
  ): Promise<oauth.TokenEndpointResponse> =>
    token(who, tokenExchange, {
      subject_token: subjectToken,
      subject_token_type: tokenType('access_token'),
      ...more,
    });
  const introspection = async (
    who: PickedUpCredentials,
    accessToken: string,
  ): Promise<oauth.IntrospectionResponse> =>
    oauth.processIntrospectionResponse(
      as,
      clientOf(who),
      await oauth.introspectionRequest(as, clientOf(who), basic(who), accessToken, plain),
    );
  const login = (): Promise<oauth.TokenEndpointResponse> =>
    token(app, password, { username: 'user.ritm0110001', password: secret });

  /**
   * Returns the claims of an access token from Sallyport. oauth4webapi validates it as RFC 9068 requires of a
   * resource server, and jose validates it again.
   */
  async function claimsOf(
    { access_token: accessToken }: oauth.TokenEndpointResponse,
    audience = as.issuer,
  ): Promise<unknown> {
    const call = new Request(`${as.issuer}/apis/credit-reports/reports`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const claims = await oauth.validateJwtAccessToken(as, call, audience, {
      signingAlgorithms: ['RS256'],
      ...plain,
    });
    const keys = createRemoteJWKSet(new URL(discovered.jwks_uri ?? ''));
    const { payload, protectedHeader } = await jwtVerify(accessToken, keys, {
      issuer: as.issuer,
      audience,
      typ: 'at+jwt',
      algorithms: ['RS256'],
    });
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: signingKeyIds[0] });
    expect(payload).toEqual(claims);
    return claims;
  }
  const minted = (client: PickedUpCredentials, sub: string, more: object = {}) => ({
    iss: as.issuer,
    aud: as.issuer,
    sub,
    client_id: client.client_id,
    scope: read,
    jti: text,
    iat: number,
    exp: number,
    ...more,
  });
  const answered = (more: object = {}) => ({
    access_token: text,
    token_type: 'bearer',
    expires_in: 900,
    scope: read,
    ...more,
  });

  /** Returns the client and the user of a call, as the backend sees them. */
  async function called(accessToken: string): Promise<unknown> {
    const url = new URL(overTls(`${as.issuer}/apis/credit-reports/reports`));
    const answer = await oauth.protectedResourceRequest(
      accessToken,
      'GET',
      url,
      new Headers({ 'x-twin-source-ip': '203.0.113.10' }),
      undefined,
      plain,
    );
    const { headers } = received.parse(await answer.json());
    return {
      status: answer.status,
      client: headers['x-sallyport-client-id'],
      user: headers['x-sallyport-user-id'],
    };
  }

  test('RFC 8414: what is on is discovered', () => {
    const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
    const address = (path: string): string => `${twin.urls.gateway}${path}`;
    expect(discovered).toEqual({
      issuer: twin.urls.gateway,
      token_endpoint: address('/oauth2/token'),
      introspection_endpoint: address('/oauth2/introspect'),
      revocation_endpoint: address('/oauth2/revoke'),
      jwks_uri: address('/.well-known/jwks.json'),
      grant_types_supported: [...grantTypes, 'refresh_token'],
      authorization_endpoint: address('/oauth2/authorize'),
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      scopes_supported: Object.values(shippedCatalogue.products).flatMap(({ scopes }) => Object.keys(scopes)),
      ...Object.fromEntries(
        ['token', 'introspection', 'revocation'].flatMap((endpoint) => [
          [`${endpoint}_endpoint_auth_methods_supported`, methods],
          [`${endpoint}_endpoint_auth_signing_alg_values_supported`, trustedAlgorithms],
        ]),
      ),
    });
  });

  describe('RFC 6749 §4.4 client_credentials', () => {
    const ask = async (authentication: oauth.ClientAuth): Promise<oauth.TokenEndpointResponse> =>
      oauth.processClientCredentialsResponse(
        as,
        clientOf(portal),
        await oauth.clientCredentialsGrantRequest(
          as,
          clientOf(portal),
          authentication,
          { scope: read },
          plain,
        ),
      );

    test.each([
      ['client_secret_basic', oauth.ClientSecretBasic],
      ['client_secret_post', oauth.ClientSecretPost],
    ])('by %s is a token of Cognito', async (_method, authentication) => {
      const { access_token: accessToken, ...answer } = await ask(authentication(portal.client_secret));
      expect(answer).toEqual({ token_type: 'bearer', expires_in: 900 });
      const issuer = `${twin.urls.aws}/eu-west-1_sallyport`;
      const { payload } = await jwtVerify(
        accessToken,
        createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`)),
        { issuer },
      );
      expect(payload).toEqual({
        iss: issuer,
        token_use: 'access',
        sub: portal.client_id,
        client_id: portal.client_id,
        scope: read,
        auth_time: expect.any(Number) as number,
        iat: expect.any(Number) as number,
        exp: (payload.iat ?? 0) + 900,
        version: 2,
        jti: expect.any(String) as string,
      });
    });

    test('by private_key_jwt is a token of ours', async () => {
      const answer = await ask(byKey());
      expect(answer).toEqual(answered());
      expect(await claimsOf(answer)).toEqual(minted(portal, portal.client_id));
    });

    test('by a key that is not registered is none', async () => {
      const { privateKey } = await oauth.generateKeyPair('ES256');
      await expect(ask(oauth.PrivateKeyJwt({ key: privateKey, kid: 'portal-2026' }))).rejects.toMatchObject({
        name: 'WWWAuthenticateChallengeError',
        status: 401,
        cause: [{ scheme: 'basic', parameters: { realm: 'sallyport' } }],
      });
    });
  });

  test('RFC 6749 §4.3 password: with the end of the lane in its headers', async () => {
    const response = await oauth.genericTokenEndpointRequest(
      as,
      clientOf(app),
      basic(app),
      password,
      { username: 'User.RITM0110001', password: secret, scope: read },
      plain,
    );
    expect([response.headers.get('deprecation'), response.headers.get('sunset')]).toEqual([
      '@1735689600',
      sunset.toUTCString(),
    ]);
    const answer = await oauth.processGenericTokenEndpointResponse(as, clientOf(app), response);
    expect(answer).toEqual(answered());
    expect(await claimsOf(answer)).toEqual(minted(app, 'user.ritm0110001'));
    await expect(
      token(app, password, { username: 'user.ritm0110001', password: 'wrong horse battery' }),
    ).rejects.toMatchObject({
      status: 400,
      error: 'invalid_grant',
      error_description: 'the user cannot be served with these credentials',
    });
  });

  test("RFC 7523 §2.1 jwt-bearer: the partner's own login, once", async () => {
    const assertion = await assert({ sub: 'user.ritm0110001' });
    const answer = await token(portal, jwtBearer, { assertion }, byKey());
    expect(answer).toEqual(answered());
    expect(await claimsOf(answer)).toEqual(minted(portal, 'user.ritm0110001'));
    const refused = {
      status: 400,
      error: 'invalid_grant',
      error_description: 'the assertion is not accepted',
    };
    await expect(token(portal, jwtBearer, { assertion })).rejects.toMatchObject(refused);
    await expect(
      token(portal, jwtBearer, { assertion: await assert({ sub: 'nobody' }) }),
    ).rejects.toMatchObject(refused);
  });

  describe('RFC 8693 token-exchange', () => {
    test('narrows, names every actor, and ends with the token that it began with', async () => {
      const users = await login();
      const portals = await exchange(portal, users.access_token, {
        audience: `${as.issuer}/apis/credit-reports`,
        scope: read,
      });
      const exchanged = { expires_in: number, issued_token_type: tokenType('access_token') };
      expect(portals).toEqual(answered(exchanged));
      const narrowed = { aud: `${as.issuer}/apis/credit-reports` };
      const actor = { sub: portal.client_id };
      expect(await claimsOf(portals, narrowed.aud)).toEqual(
        minted(portal, 'user.ritm0110001', { ...narrowed, act: actor, origin_client_id: app.client_id }),
      );

      const backends = await exchange(backend, portals.access_token);
      expect(backends).toEqual(answered(exchanged));
      const claims = await claimsOf(backends, narrowed.aud);
      expect(claims).toEqual(
        minted(backend, 'user.ritm0110001', {
          ...narrowed,
          act: { sub: backend.client_id, act: actor },
          origin_client_id: app.client_id,
        }),
      );
      expect(claims).toHaveProperty('exp', ((await claimsOf(users)) as oauth.JWTAccessTokenClaims).exp);
      await expect(exchange(backend, backends.access_token, { audience: as.issuer })).rejects.toMatchObject({
        status: 400,
        error: 'invalid_target',
        error_description: `the audience must be one of: ${as.issuer}/apis/credit-reports`,
      });
    });

    test("takes the partner's own login, too", async () => {
      const answer = await token(portal, tokenExchange, {
        subject_token: await assert({ sub: 'user.ritm0110001' }),
        subject_token_type: tokenType('jwt'),
      });
      expect(answer.expires_in).toBeLessThanOrEqual(240);
      expect(answer).toEqual(answered({ expires_in: number, issued_token_type: tokenType('access_token') }));
      expect(await claimsOf(answer)).toEqual(
        minted(portal, 'user.ritm0110001', { act: { sub: portal.client_id } }),
      );
    });
  });

  test('RFC 7662, RFC 7009: a token is active to its client and to the backend of its product, until it is revoked', async () => {
    const { access_token: accessToken } = await exchange(mobile, (await login()).access_token);
    const active = {
      active: true,
      token_type: 'Bearer',
      ...minted(mobile, 'user.ritm0110001', { aud: [as.issuer], act: { sub: mobile.client_id } }),
      jti: undefined,
    };
    expect(await introspection(mobile, accessToken)).toEqual(active);
    expect(await introspection(backend, accessToken)).toEqual(active);
    expect(await introspection(app, accessToken)).toEqual({ active: false });

    expect(await introspection(mobile, `${accessToken}\r\n`)).toEqual(active);
    for (const { given } of casesOf('revoked-tokens', z.object({ revoke: z.string() }))) {
      const asInFile = given.revoke.replace('{a good token}', accessToken);
      expect(asInFile).not.toBe(accessToken);
      const revoke = async (who: PickedUpCredentials): Promise<undefined> =>
        oauth.processRevocationResponse(
          await oauth.revocationRequest(as, clientOf(who), basic(who), asInFile, plain),
        );
      await revoke(app);
      expect(await introspection(mobile, accessToken)).toEqual(active);
      await revoke(mobile);
      expect(await introspection(mobile, asInFile)).toEqual({ active: false });
    }
    expect(await introspection(mobile, accessToken)).toEqual({ active: false });
    await expect(called(accessToken)).rejects.toMatchObject({
      name: 'WWWAuthenticateChallengeError',
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { realm: 'sallyport' } }],
    });
    await expect(exchange(backend, accessToken)).rejects.toMatchObject({
      status: 400,
      error: 'invalid_request',
      error_description: 'the subject token is not accepted',
    });
  });

  test("WF-10, JWT-4: a call with any of them is its client's, for its user; the partner's own login opens the API as it is, too", async () => {
    const byClient = await token(portal, 'client_credentials', {}, byKey());
    expect(await called(byClient.access_token)).toEqual({ status: 200, client: portal.client_id, user: '-' });
    const users = await login();
    expect(await called(users.access_token)).toEqual({
      status: 200,
      client: app.client_id,
      user: 'user.ritm0110001',
    });
    const narrowed = await exchange(portal, users.access_token, {
      audience: `${as.issuer}/apis/credit-reports`,
    });
    expect(await called(narrowed.access_token)).toEqual({
      status: 200,
      client: portal.client_id,
      user: 'user.ritm0110001',
    });
    expect(await called(await assert({ sub: 'user.ritm0110001' }))).toEqual({
      status: 200,
      client: portal.client_id,
      user: 'user.ritm0110001',
    });
    await expect(called(await assert({ sub: 'nobody' }))).rejects.toMatchObject({
      name: 'WWWAuthenticateChallengeError',
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { realm: 'sallyport' } }],
    });
  });
});
