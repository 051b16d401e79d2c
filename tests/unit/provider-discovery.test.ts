import type { WantedProvider } from '../../core/federation/provider-metadata.ts';
import { describe, expect, test } from 'vitest';
import {
  type MetadataFault,
  readProviderMetadata,
  type ReadMetadata,
} from '../../adapters/federation/discovery.ts';
import { findProviderErrors } from '../../core/federation/provider-rules.ts';
import type { OperatorApiDependencies } from '../../functions/operator-api/dependencies.ts';
import { providerOperations } from '../../functions/operator-api/identity-providers.ts';
import { ApiProblem } from '../../middleware/http-api/api-problem.ts';
import { contractOf, partner } from '../support/fakes/samples.ts';

const wellKnown = '/.well-known/openid-configuration';
const base = 'https://login.acme.example';
const wanted = { algorithm: 'RS256', authentication: 'client_secret_basic' } as const;

/** What an honest provider publishes. */
const documentOf = (issuer: string, changed: object = {}) => ({
  issuer,
  authorization_endpoint: `${base}/authorize`,
  token_endpoint: `${base}/token`,
  jwks_uri: `${base}/keys`,
  response_types_supported: ['code', 'id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256', 'HS256'],
  ...changed,
});

/** Reads the metadata of an issuer where these documents are. */
const read = (
  issuer: string,
  documents: Readonly<Record<string, unknown>>,
  changed: Partial<WantedProvider> = {},
): Promise<ReadMetadata> =>
  readProviderMetadata(
    (address) =>
      address in documents ? Promise.resolve(documents[address]) : Promise.reject(new Error('HTTP 404')),
    { issuer, ...wanted, ...changed },
  );

describe('FED-3 what an identity provider publishes', () => {
  // Shapes: learn.microsoft.com/entra/identity-platform/v2-protocols-oidc, developer.okta.com/docs/reference/api/oidc,
  // auth0.com/docs/get-started/applications/configure-applications-with-oidc-discovery,
  // docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html
  const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
  const pool = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI';
  test.each<[vendor: string, issuer: string, address: string, published: object]>([
    [
      'Entra ID',
      `https://login.microsoftonline.com/${tenant}/v2.0`,
      `https://login.microsoftonline.com/${tenant}/v2.0${wellKnown}`,
      {
        response_modes_supported: ['query', 'fragment', 'form_post'],
        token_endpoint_auth_methods_supported: [
          'client_secret_post',
          'private_key_jwt',
          'client_secret_basic',
        ],
        id_token_signing_alg_values_supported: ['RS256'],
        userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
        request_uri_parameter_supported: false,
      },
    ],
    [
      'Okta, the authorization server of the org',
      'https://acme.okta.com',
      `https://acme.okta.com${wellKnown}`,
      {
        response_modes_supported: ['query', 'fragment', 'form_post', 'okta_post_message'],
        grant_types_supported: ['authorization_code', 'implicit', 'refresh_token', 'password'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
        userinfo_endpoint: 'https://acme.okta.com/oauth2/v1/userinfo',
        authorization_response_iss_parameter_supported: true,
      },
    ],
    [
      'Okta, a custom authorization server',
      'https://acme.okta.com/oauth2/default',
      `https://acme.okta.com/oauth2/default${wellKnown}`,
      { code_challenge_methods_supported: ['S256'] },
    ],
    [
      'Auth0',
      'https://acme.eu.auth0.com/',
      `https://acme.eu.auth0.com${wellKnown}`,
      {
        code_challenge_methods_supported: ['S256', 'plain'],
        id_token_signing_alg_values_supported: ['HS256', 'RS256', 'PS256'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      },
    ],
    [
      'Cognito',
      pool,
      `${pool}${wellKnown}`,
      {
        response_types_supported: ['code', 'token'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        userinfo_endpoint: 'https://acme.auth.eu-west-1.amazoncognito.com/oauth2/userInfo',
      },
    ],
    ['a provider that leaves out what it may', base, `${base}${wellKnown}`, {}],
  ])('is read of %s', async (_vendor, issuer, address, published) => {
    const found = await read(issuer, { [address]: documentOf(issuer, published) });
    expect(found).toEqual({
      metadata: {
        authorizationEndpoint: `${base}/authorize`,
        tokenEndpoint: `${base}/token`,
        jwksUri: `${base}/keys`,
        ...('userinfo_endpoint' in published && { userinfoEndpoint: published.userinfo_endpoint }),
        namesItself: 'authorization_response_iss_parameter_supported' in published,
      },
    });
  });

  test.each<[what: string, fault: MetadataFault, published: unknown]>([
    ['nothing', 'no_document', undefined],
    ['no object', 'document', []],
    ['no keys', 'document', documentOf(base, { jwks_uri: undefined })],
    ['an address of another type', 'document', documentOf(base, { token_endpoint: [`${base}/token`] })],
    ['a list of another type', 'document', documentOf(base, { response_types_supported: 'code' })],
    ['an issuer with a slash', 'other_issuer', documentOf(`${base}/`)],
    ['an issuer in capitals', 'other_issuer', documentOf('https://LOGIN.acme.example')],
    ['the issuer of an authorization server', 'other_issuer', documentOf(`${base}/oauth2/default`)],
    [
      'the issuer of the first version of Entra ID',
      'other_issuer',
      documentOf(`https://sts.windows.net/${tenant}/`),
    ],
    [
      'an issuer with a placeholder',
      'shared_issuer',
      documentOf('https://login.microsoftonline.com/{tenantid}/v2.0'),
    ],
    [
      'an endpoint that is a script',
      'endpoint_address',
      documentOf(base, { authorization_endpoint: 'javascript:alert(1)' }),
    ],
    [
      'an endpoint without TLS',
      'endpoint_address',
      documentOf(base, { token_endpoint: 'http://login.acme.example/token' }),
    ],
    [
      'an endpoint with a fragment',
      'endpoint_address',
      documentOf(base, { authorization_endpoint: `${base}/authorize#x` }),
    ],
    [
      'an endpoint with a password',
      'endpoint_address',
      documentOf(base, { jwks_uri: 'https://a:b@login.acme.example/' }),
    ],
    ['an endpoint without host', 'endpoint_address', documentOf(base, { userinfo_endpoint: '/userinfo' })],
    ['no code flow', 'code_flow', documentOf(base, { response_types_supported: ['id_token', 'code token'] })],
    ['no answers by query', 'code_flow', documentOf(base, { response_modes_supported: ['form_post'] })],
    ['no grant for codes', 'code_flow', documentOf(base, { grant_types_supported: ['implicit'] })],
    ['no S256', 'pkce', documentOf(base, { code_challenge_methods_supported: ['plain'] })],
    [
      'another algorithm',
      'algorithm_not_offered',
      documentOf(base, { id_token_signing_alg_values_supported: ['HS256', 'ES256'] }),
    ],
    [
      'another authentication',
      'authentication_not_offered',
      documentOf(base, { token_endpoint_auth_methods_supported: ['private_key_jwt'] }),
    ],
  ])('is refused with %s', async (_what, fault, published) => {
    expect(await read(base, published === undefined ? {} : { [`${base}${wellKnown}`]: published })).toEqual({
      faults: [fault],
    });
  });

  test('has every fault that can be told at once', async () => {
    const published = documentOf(base, {
      response_types_supported: ['token'],
      code_challenge_methods_supported: [],
      id_token_signing_alg_values_supported: [],
    });
    expect(
      await read(base, { [`${base}${wellKnown}`]: published }, { authentication: 'client_secret_post' }),
    ).toEqual({
      faults: ['code_flow', 'pkce', 'algorithm_not_offered', 'authentication_not_offered'],
    });
  });

  test('may be without TLS only where the issuer is, as on the twin', async () => {
    const local = 'http://localhost:4000';
    const published = documentOf(local, { token_endpoint: `${local}/token` });
    expect(await read(local, { [`${local}${wellKnown}`]: published })).toHaveProperty('metadata');
  });
});

describe('FED-3 the issuer of an identity provider', () => {
  const contract = contractOf();
  const codesOf = (issuer: string) =>
    findProviderErrors({ partnerId: partner.partnerId, issuer, domains: [] }, contract).map(
      ({ code }) => code,
    );

  test.each([
    ['https://login.microsoftonline.com/common/v2.0', 'shared_issuer'],
    ['https://login.microsoftonline.com/Organizations/v2.0', 'shared_issuer'],
    ['https://login.microsoftonline.com/consumers', 'shared_issuer'],
    ['https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0', 'shared_issuer'],
    ['https://login.microsoftonline.com/{tenantid}/v2.0', 'shared_issuer'],
    [`${base}?tenant=acme`, 'issuer_form'],
    [`${base}/#x`, 'issuer_form'],
    ['https://a:b@login.acme.example', 'issuer_form'],
    ['login.acme.example', 'issuer_form'],
    ['file:///etc/passwd', 'issuer_form'],
    [`${base} `, 'issuer_form'],
  ])('cannot be %s: %s', (issuer, code) => {
    expect(codesOf(issuer)).toEqual([code]);
  });

  test.each([
    base,
    `${base}/`,
    'https://commons.example/common-login',
    'https://acme.okta.com/oauth2/default',
  ])('can be %s', (issuer) => {
    expect(codesOf(issuer)).toEqual([]);
  });
});

describe('FED-3 an operator who drafts an identity provider', () => {
  /** Drafts a provider of an issuer whose metadata is read like this. */
  async function errorsOf(issuer: string, metadata: ReadMetadata | undefined): Promise<unknown> {
    const draft = providerOperations.find(({ operationId }) => operationId === 'draftIdentityProvider');
    const contract = contractOf();
    const deps = {
      contracts: { find: () => Promise.resolve(contract) },
      readProviderMetadata: () => Promise.resolve(metadata ?? expect.fail('the provider was asked')),
    } as unknown as OperatorApiDependencies;
    const body = {
      partnerId: contract.partnerId,
      contractId: contract.contractId,
      displayName: 'Acme',
      issuer,
      clientId: 'sallyport',
      clientSecret: 'secret',
      authentication: 'client_secret_basic',
      algorithm: 'RS256',
      domains: ['acme.example'],
      why: 'agreed',
    };
    const request = {
      method: 'POST',
      resource: '/operator/identity-providers',
      pathParameters: {},
      query: {},
      repeatedQuery: [],
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      requestId: 'request-1',
      sourceIp: '203.0.113.1',
    };
    const operator = { subject: 'ada', mailbox: 'ada@operators.example', role: 'operator' } as const;
    try {
      await draft?.run(deps, request, operator);
      return 'no error';
    } catch (error) {
      return error instanceof ApiProblem ? error.problem.extensions?.['errors'] : error;
    }
  }
  const allowed = expect.stringMatching(/^(?:An?|The) .{20,}\.$/u) as string;

  test.each<[fault: MetadataFault, path: string]>([
    ['no_document', '/issuer'],
    ['document', '/issuer'],
    ['shared_issuer', '/issuer'],
    ['other_issuer', '/issuer'],
    ['endpoint_address', '/issuer'],
    ['code_flow', '/issuer'],
    ['pkce', '/issuer'],
    ['algorithm_not_offered', '/algorithm'],
    ['authentication_not_offered', '/authentication'],
  ])('is told of %s at %s, and what is allowed', async (code, path) => {
    expect(await errorsOf(base, { faults: [code] })).toEqual([{ path, code, allowed }]);
  });

  test('is told of a shared issuer before anything is asked of it', async () => {
    expect(await errorsOf('https://login.microsoftonline.com/common/v2.0', undefined)).toEqual([
      { path: '/issuer', code: 'shared_issuer', allowed },
    ]);
  });
});
