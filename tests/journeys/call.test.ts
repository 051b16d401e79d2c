import { APIGatewayClient, DeleteApiKeyCommand } from '@aws-sdk/client-api-gateway';
import {
  AddUserPoolClientSecretCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { exportSPKI, importJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Product, RatePlan } from '../../core/catalogue/catalogue.ts';
import { rateLimitPolicyOf } from '../../core/catalogue/rate-limit.ts';
import { defaultContractIdOf } from '../../core/contracts/ids.ts';
import { type PickedUpCredentials, pickUp, requestToken } from '../../clients/partner.ts';
import { postWebhook } from '../../clients/webhook.ts';
import * as z from 'zod';
import { casesOf } from '../support/cases.ts';
import { partnerIdAt } from '../support/partners.ts';
import { rawRequest } from '../support/raw-request.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { onboard } from './onboarded.ts';
import { eventually } from '../support/eventually.ts';
import { clientOf, endOf, executionEnds, tableItems } from './records.ts';
import { requestFor } from './requests.ts';
import { noRoute, problem, wholeAnswer, type WholeAnswer } from './whole-answer.ts';
import {
  backendPathOf,
  creditReports,
  fraudSignals,
  shippedCatalogue,
} from '../support/shipped-catalogue.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const inside = '203.0.113.10';
const json = { 'content-type': 'application/json' };
const gatewayProblem = (
  status: number,
  title: string,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): WholeAnswer => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: { type: 'about:blank', title, status, code },
});
const unauthorized = gatewayProblem(401, 'Unauthorized', 'unauthorized', {
  'www-authenticate': 'Bearer realm="sallyport", error="invalid_token"',
});
/**
 * Returns the answer of X-9: the code, what was judged, and an opaque id with which an operator can find the
 * reason.
 */
const forbidden = (
  code: string,
  {
    route = expect.any(String) as string,
    address = expect.any(String) as string,
    scopes = expect.any(String) as string,
    policy = expect.stringMatching(/^"rate";q=\d+;w=1;/u) as string,
    lacks = code === 'insufficient_scope' ? ', error="insufficient_scope", scope="credit-reports/write"' : '',
  } = {},
): WholeAnswer => ({
  status: 403,
  headers: {
    'content-type': 'application/problem+json',
    'www-authenticate': `Bearer realm="sallyport"${lacks}`,
    'ratelimit-policy': policy,
  },
  body: {
    type: 'about:blank',
    title: 'Forbidden',
    status: 403,
    code,
    route,
    address,
    scopes,
    help: expect.stringMatching(
      new RegExp(`^http://127\\.0\\.0\\.1:\\d+/docs(?:/[a-z-]+)?#${code}$`, 'u'),
    ) as string,
    evaluationId: expect.stringMatching(/^eyJ[\w-]+\.\.[\w.-]{700,}$/u) as string,
  },
});
/** The limits of the sample of a partner, as it is told. */
const policyOf = (product: Product): string => rateLimitPolicyOf(planOf(product));
const throttled = gatewayProblem(429, 'Too Many Requests', 'throttled', {
  'retry-after': '1',
  'ratelimit-policy': policyOf(creditReports),
});
const quotaExceeded = gatewayProblem(429, 'Too Many Requests', 'quota_exceeded', {
  'retry-after': expect.stringMatching(/ 00:00:00 GMT$/u) as string,
  'ratelimit-policy': policyOf(creditReports),
});
const fromBackend: WholeAnswer = {
  status: 200,
  headers: json,
  body: {
    product: expect.any(String) as string,
    method: expect.any(String) as string,
    path: expect.any(String) as string,
    query: {},
    headers: expect.any(Object) as object,
    receivedAt: expect.any(String) as string,
  },
};

/** Returns the rate plan in a product's default terms. */
function planOf({ defaultTerms: { ratePlan } }: Product): RatePlan {
  const plan = shippedCatalogue.ratePlans[ratePlan];
  if (plan === undefined) throw new Error(`the catalogue has no rate plan ${ratePlan}`);
  return plan;
}

interface Partner {
  readonly credentials: PickedUpCredentials;
  readonly accessToken: string;
}

describe('WF-10 a call', () => {
  let twin: TestTwin;
  let reports: Partner;
  let signals: Partner;
  beforeAll(async () => {
    twin = await shareTestTwin();
    [reports, signals] = await Promise.all([
      becomePartner('RITM0060001'),
      becomePartner('RITM0060002', { ewacs_product_name: 'fraud-signals' }),
    ]);
  });
  afterEach(async () => {
    for (const what of ['clock', 'faults']) {
      await fetch(`${twin.urls.gateway}/_twin/${what}`, { method: 'DELETE' });
    }
  });
  afterAll(() => twin.stop());

  const becomePartner = async (
    number: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Partner> => {
    const { link, code } = await onboard(twin.urls, requestFor(number, variables));
    const credentials = await pickUp(link, code);
    return { credentials, accessToken: (await requestToken(credentials)).accessToken };
  };
  const setting = (what: 'clock' | 'faults', body: object): Promise<Response> =>
    fetch(`${twin.urls.gateway}/_twin/${what}`, { method: 'PUT', body: JSON.stringify(body) });
  const call = async (
    route: string,
    {
      from = inside,
      token,
      headers = {},
    }: {
      readonly from?: string | undefined;
      readonly token?: string;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<WholeAnswer> => {
    const [method = '', path = ''] = route.split(' ');
    return wholeAnswer(
      await fetch(`${twin.urls.gateway}${path}`, {
        method,
        headers: {
          'x-twin-source-ip': from,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
      }),
    );
  };
  const callAsPartner = (route: string, from?: string): Promise<WholeAnswer> =>
    call(route, { from, token: reports.accessToken });
  /** Uses the twin's database directly. On AWS, one would have to wait, or there is no API for it. */
  const memory = <Result>(use: (database: DatabaseSync) => Result): Result => {
    const database = new DatabaseSync(join(twin.dataFolder, 'twin.sqlite'), { timeout: 1000 });
    try {
      return use(database);
    } finally {
      database.close();
    }
  };

  describe('that is as it should be', () => {
    test.each([
      ['GET /apis/credit-reports/reports', creditReports, '/reports', () => reports],
      ['GET /apis/credit-reports/reports/4711', creditReports, '/reports/4711', () => reports],
      ['GET /apis/credit-reports/reports/a%20b', creditReports, '/reports/a%20b', () => reports],
      ['GET /apis/fraud-signals/signals', fraudSignals, '/signals', () => signals],
    ])('%s reaches the backend of the product', async (route, product, path, partner) => {
      expect(await call(`${route}?since=2026-01-01&tag=a&tag=b`, { token: partner().accessToken })).toEqual({
        status: 200,
        headers: json,
        body: {
          product: product.id,
          method: 'GET',
          path: backendPathOf(product, path),
          query: { since: ['2026-01-01'], tag: ['a', 'b'] },
          headers: expect.any(Object) as object,
          receivedAt: expect.any(String) as string,
        },
      });
    });

    // Threat T-53
    test('tells the backend who calls, and never what the caller says of that', async () => {
      const answer = await rawRequest(twin.urls.gateway, {
        path: '/apis/credit-reports/reports',
        headers: [
          ['Authorization', `Bearer ${reports.accessToken}`],
          ['X-Twin-Source-Ip', inside],
          ['Accept', 'application/json'],
          ['X-Own', 'mine'],
          ['X-Forwarded-For', '198.51.100.7'],
        ],
      });
      const { host, headers } = {
        host: new URL(twin.urls.backend).host,
        ...(JSON.parse(answer.body) as { readonly headers: Readonly<Record<string, string>> }),
      };
      const partnerId = await partnerIdAt(twin.urls.aws, 'Company of RITM0060001');
      const inAnotherSpelling = Object.keys(headers).filter((name) => name.includes('_'));
      expect(answer.status).toBe(200);
      expect(Object.fromEntries(Object.entries(headers).filter(([name]) => !name.includes('_')))).toEqual({
        host,
        accept: 'application/json',
        authorization: 'Bearer',
        'x-own': 'mine',
        connection: expect.any(String) as string,
        'x-sallyport-partner-id': partnerId,
        'x-sallyport-client-id': reports.credentials.client_id,
        'x-sallyport-contract-id': defaultContractIdOf(partnerId, 'credit-reports'),
        'x-sallyport-user-id': '-',
        'x-sallyport-user-partner-id': '-',
        'x-sallyport-request-id': answer.headers['x-amzn-requestid'],
        'x-forwarded-for': inside,
        'x-http-method': 'GET',
        'x-http-method-override': 'GET',
        'x-method-override': 'GET',
        'x-amzn-apigateway-api-id': 'sallyport1',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24}$/u) as string,
      });
      expect(inAnotherSpelling).not.toEqual([]);
      for (const name of inAnotherSpelling) {
        expect(headers[name], name).toBe(headers[name.replaceAll('_', '-')]);
      }
      expect(answer.headers['x-amzn-requestid']).toMatch(/^[\da-f-]{36}$/u);
    });
  });

  // Threat T-89
  test.each([
    'X-HTTP-Method-Override',
    'x_http_method_override',
    'X-HTTP-Method',
    'X-Method_Override',
    'X_Forwarded_For',
  ])('tells the backend nothing that the caller says in %s', async (name) => {
    const answer = await rawRequest(twin.urls.gateway, {
      path: '/apis/credit-reports/reports',
      headers: [
        ['Authorization', `Bearer ${reports.accessToken}`],
        ['X-Twin-Source-Ip', inside],
        [name, 'DELETE'],
        [name.toUpperCase(), 'DELETE'],
      ],
    });
    expect(answer.status).toBe(200);
    expect(answer.body).not.toContain('DELETE');
  });

  // Threats T-53, T-113
  test.each([
    'X-Sallyport-Partner-Id',
    'x-sallyport-client-id',
    'X-SALLYPORT-CONTRACT-ID',
    'X_Sallyport_User_Id',
    'x-sallyport_user-Partner-id',
    'X_sallyport-Request-Id',
    'X-Sallyport-Admin',
    'x_SALLYPORT_admin',
    'X-Sallyport_',
    'X-Sallyport',
    'X-SallyportRole',
  ])('is refused with the header %s, which only we set, before the backend hears of it', async (name) => {
    const answer = await rawRequest(twin.urls.gateway, {
      path: '/apis/credit-reports/reports',
      headers: [
        ['Authorization', `Bearer ${reports.accessToken}`],
        ['X-Twin-Source-Ip', inside],
        [name, 'somebody'],
        ['Accept', 'application/json'],
      ],
    });
    expect({ status: answer.status, body: JSON.parse(answer.body) as unknown }).toEqual({
      status: 400,
      body: {
        type: 'about:blank',
        title: 'Leave out every header whose name begins with X-Sallyport. Only Sallyport sets them.',
        status: 400,
        code: 'reserved_header',
      },
    });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers['strict-transport-security']).toBe('max-age=63072000');
  });

  // Threat T-88
  describe('with several Authorization headers opens nothing', () => {
    const forged = new UnsecuredJWT({}).encode();
    const header = z.tuple([z.string(), z.string()]);
    const reported = casesOf('authorization-headers', z.object({ headers: z.array(header) }));
    /** Everything that the backend could be told: each has a good token in one of the headers. */
    const callsOf = ({ accessToken }: Partner): readonly (readonly [string, string])[][] => [
      ...reported.map(({ given }) =>
        given.headers.map(
          ([name, value]) => [name, value.replace(/\{(?:a good|the same) token\}/u, accessToken)] as const,
        ),
      ),
      [
        ['Authorization', `Bearer ${accessToken}`],
        ['Authorization', `Bearer ${forged}`],
      ],
      [
        ['authorization', `Bearer ${forged}`],
        ['Accept', 'application/json'],
        ['AUTHORIZATION', `Bearer ${accessToken}`],
      ],
      [
        ['Authorization', ''],
        ['aUTHORIZATION', `Bearer ${accessToken}`],
      ],
      // What the firewall does not look at is not let in unseen.
      [
        ['Authorization', `Bearer ${accessToken}`],
        ['X-Padding', 'x'.repeat(8192)],
        ['Authorization', `Bearer ${forged}`],
      ],
    ];

    test.each(['before', 'after'])('%s a call with the good one alone', async (when) => {
      const { accessToken } = reports;
      const from = when === 'before' ? '198.51.100.7' : '198.51.100.8';
      if (when === 'after') {
        expect(await call('GET /apis/credit-reports/reports', { from, token: accessToken })).toEqual(
          fromBackend,
        );
      }
      for (const headers of callsOf(reports)) {
        const answer = await rawRequest(twin.urls.gateway, {
          path: '/apis/credit-reports/reports',
          headers: [['X-Twin-Source-Ip', from], ...headers],
        });
        expect({ status: answer.status, body: JSON.parse(answer.body) as unknown }).toEqual({
          status: 401,
          body: unauthorized.body,
        });
        expect(answer.headers['www-authenticate']).toContain('error="invalid_request"');
      }
    });
  });

  describe('is 401 with WWW-Authenticate', () => {
    const route = 'GET /apis/credit-reports/reports';

    test.each<[string, () => Readonly<Record<string, string>>]>([
      ['without a token', () => ({})],
      ['with an empty header', () => ({ authorization: '' })],
      ['with garbage', () => ({ authorization: 'Bearer garbage' })],
      ['with a token of the wrong scheme', () => ({ authorization: `Basic ${reports.accessToken}` })],
      ['with the bare token', () => ({ authorization: reports.accessToken })],
      ['with two tokens', () => ({ authorization: `Bearer ${reports.accessToken} ${reports.accessToken}` })],
      [
        "with the client's credentials",
        () => ({
          authorization: `Basic ${Buffer.from(`${reports.credentials.client_id}:${reports.credentials.client_secret}`).toString('base64')}`,
        }),
      ],
      [
        'with a signature that is changed',
        () => ({ authorization: `Bearer ${reports.accessToken.slice(0, -8)}AAAAAAAA` }),
      ],
    ])('%s', async (_, headers) => {
      expect(await call(route, { headers: headers() })).toEqual(unauthorized);
    });

    test('with a token in the address', async () => {
      expect(await call(`${route}?access_token=${reports.accessToken}`)).toEqual(unauthorized);
    });

    test('after the token has expired, and not before', async () => {
      const { accessToken } = await becomePartner('RITM0060010');
      await setting('clock', { offsetSeconds: 590 });
      expect(await call(route, { token: accessToken })).toEqual(fromBackend);
      await setting('clock', { offsetSeconds: 901 });
      expect(await call(route, { token: accessToken })).toEqual(unauthorized);
    });

    test('with whatever else is no access token of ours', async () => {
      const jwk = JSON.parse(
        memory((database) =>
          String(
            database.prepare('SELECT json FROM documents WHERE collection = ?').get('cognito-signing-key')?.[
              'json'
            ],
          ),
        ),
      ) as JWK;
      const ours = await importJWK(jwk, 'RS256');
      const { privateKey: theirs } = rsaKeys('first');
      const [header, payload] = reports.accessToken
        .split('.', 2)
        .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
      const kid = String(header?.['kid']);
      const now = Math.floor(Date.now() / 1000);
      const signed = (
        claims: Record<string, unknown>,
        key: Parameters<SignJWT['sign']>[0] = ours,
        alg = 'RS256',
      ): Promise<string> => new SignJWT({ ...payload, ...claims }).setProtectedHeader({ alg, kid }).sign(key);
      const publicKey = await exportSPKI(
        await importJWK({ kty: 'RSA', n: jwk.n ?? '', e: jwk.e ?? '' }, 'RS256'),
      );

      expect(await call(route, { token: await signed({}) })).toEqual(fromBackend);
      const refused = {
        'another key under the same id': await signed({}, theirs),
        'no signature': new UnsecuredJWT({ ...payload }).encode(),
        'the public key as a shared secret': await signed({}, Buffer.from(publicKey), 'HS256'),
        'another issuer': await signed({
          iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_another',
        }),
        'no issuer': await signed({ iss: undefined }),
        'an ID token': await signed({ token_use: 'id' }),
        'no token_use': await signed({ token_use: undefined }),
        'no client': await signed({ client_id: undefined }),
        'no scope': await signed({ scope: undefined }),
        expired: await signed({ exp: now - 1 }),
        'without an end': await signed({ exp: undefined }),
        'not yet valid': await signed({ nbf: now + 600 }),
      };
      for (const [how, token] of Object.entries(refused)) {
        expect(await call(route, { token }), how).toEqual(unauthorized);
      }

      // Tokens with valid signatures that still give no access.
      expect(await call(route, { token: await signed({ client_id: 'nobody', sub: 'nobody' }) })).toEqual(
        forbidden('client_inactive', { policy: '' }),
      );
      expect(await call(route, { token: await signed({ scope: '' }) })).toEqual(
        forbidden('insufficient_scope', {
          scopes: '',
          lacks: ', error="insufficient_scope", scope="credit-reports/read credit-reports/write"',
        }),
      );
      expect(
        await call('POST /apis/credit-reports/reports', {
          token: await signed({ scope: 'credit-reports/read credit-reports/write' }),
        }),
      ).toEqual(forbidden('insufficient_scope'));
    });
  });

  describe('is 403 with a code', () => {
    test.each([
      ['POST /apis/credit-reports/reports', 'its terms do not grant the scope'],
      ['GET /apis/fraud-signals/signals', 'it is another product'],
    ])('%s: %s', async (route) => {
      expect(await callAsPartner(route)).toEqual(
        forbidden('insufficient_scope', { route, address: inside, scopes: 'credit-reports/read' }),
      );
      // The same applies if the answer for this token and address is cached from a call that passed.
      expect(await callAsPartner('GET /apis/credit-reports/reports')).toEqual(fromBackend);
      expect(await callAsPartner(route)).toEqual(forbidden('insufficient_scope'));
    });

    // Its ranges are 203.0.113.10, 198.51.100.0/24 and 2001:db8:7::/48.
    test.each([
      '203.0.113.10',
      '198.51.100.0',
      '198.51.100.255',
      '2001:db8:7::1',
      '2001:db8:7:ffff:ffff:ffff:ffff:ffff',
      '::ffff:203.0.113.10',
    ])('WF-11 not from %s', async (from) => {
      expect(await callAsPartner('GET /apis/credit-reports/reports', from)).toEqual(fromBackend);
    });
    test.each([
      '203.0.113.9',
      '203.0.113.11',
      '198.51.99.255',
      '198.51.101.0',
      '2001:db8:6:ffff::1',
      '2001:db8:8::',
      '::1',
      '127.0.0.1',
      '::ffff:203.0.113.11',
    ])('WF-11 from %s', async (from) => {
      expect(await callAsPartner('GET /apis/credit-reports/reports', from)).toEqual(
        forbidden('address_not_allowed'),
      );
    });
    // Threat T-52
    test('WF-11 from elsewhere, whatever headers say', async () => {
      const headers = { 'x-forwarded-for': inside, 'x-real-ip': inside, forwarded: `for=${inside}` };
      expect(
        await call('GET /apis/credit-reports/reports', {
          from: '192.0.2.1',
          token: reports.accessToken,
          headers,
        }),
      ).toEqual(forbidden('address_not_allowed'));
    });

    test('after the client has been suspended', async () => {
      const { credentials, accessToken } = await becomePartner('RITM0060020');
      expect(await call('GET /apis/credit-reports/reports', { token: accessToken })).toEqual(fromBackend);
      const dynamodb = new DynamoDBClient(clientOf(twin.urls.aws));
      await dynamodb.send(
        new UpdateItemCommand({
          TableName: 'sallyport-dev',
          Key: { pk: { S: `CLIENT#${credentials.client_id}` }, sk: { S: 'MAPPING' } },
          UpdateExpression: 'SET #status = :suspended',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':suspended': { S: 'suspended' } },
        }),
      );
      dynamodb.destroy();
      // The gateway caches the authorizer's answer for five minutes.
      await setting('clock', { offsetSeconds: 311 });
      expect(await call('GET /apis/credit-reports/reports', { token: accessToken })).toEqual(
        forbidden('client_inactive'),
      );
    });

    test('after the onboarding has been rolled back', async () => {
      const sendEmail = { service: 'ses', operation: 'SendEmail' };
      await setting('faults', [
        { ...sendEmail, mode: 'throttle', times: 4 },
        { ...sendEmail, mode: 'reject', times: 4 },
      ]);
      const {
        body: { executionArn },
      } = await postWebhook(twin.urls.gateway, JSON.stringify(requestFor('RITM0060021')));
      const mapping = await eventually(async () =>
        (await tableItems(twin.urls)).find(
          ({ sk, onboardingId }) => sk === 'MAPPING' && onboardingId === 'RITM0060021-b2b-onboarding-DEV-1',
        ),
      );
      const cognito = new CognitoIdentityProviderClient(clientOf(twin.urls.aws));
      const clientId = String(mapping['clientId']);
      const { ClientSecretDescriptor: secret } = await cognito.send(
        new AddUserPoolClientSecretCommand({ UserPoolId: 'eu-west-1_sallyport', ClientId: clientId }),
      );
      cognito.destroy();
      const credentials = {
        client_id: clientId,
        client_secret: secret?.ClientSecretValue ?? '',
        token_url: `${twin.urls.gateway}/oauth2/token`,
        scopes: [],
      };
      const { accessToken } = await requestToken(credentials);
      expect(await call('GET /apis/credit-reports/reports', { token: accessToken })).toEqual(fromBackend);

      const end = endOf(twin.urls, String(executionArn));
      // Each move ends a back-off or a running attempt. The first one also empties the gateway's cache. On a
      // busy machine, more frequent moves would outlive the token.
      for (
        let offsetSeconds = 311;
        await Promise.race([end.then(() => false), pause(200, true)]);
        offsetSeconds += 20
      ) {
        await setting('clock', { offsetSeconds });
      }
      expect(await end).toEqual(executionEnds.rolledBack);
      expect(await call('GET /apis/credit-reports/reports', { token: accessToken })).toEqual(
        forbidden('client_inactive', { policy: '' }),
      );
      await expect(requestToken(credentials)).rejects.toThrow('answered 401');
    });
  });

  test.each([
    'GET /apis',
    'GET /apis/credit-reports',
    'GET /apis/credit-reports/admin',
    'GET /apis/credit-reports/reports/1/admin',
    'DELETE /apis/credit-reports/reports',
    'PUT /apis/credit-reports/reports/1',
    'GET /apis/fraud-signals/reports',
    'GET /apis/nothing/reports',
    'GET /APIS/credit-reports/reports',
    'GET /credentials',
  ])('is 404 where there is no route: %s', async (route) => {
    expect(await callAsPartner(route)).toEqual(noRoute);
    expect(await call(route)).toEqual(noRoute);
  });

  test.each(
    Object.values(shippedCatalogue.products).flatMap(({ id, routes }) =>
      [...Map.groupBy(routes, ({ path }) => path)].map(
        ([path, those]) => [`/apis/${id}${path}`, those.map(({ method }) => method).join(', ')] as const,
      ),
    ),
  )('WF-10 %s says by OPTIONS that it takes %s, with and without a token', async (path, allow) => {
    const title = `This path takes ${allow}.`;
    const refused = problem(405, 'method_not_allowed', title, {}, { allow });
    const route = `OPTIONS ${path.replaceAll(/\{\w+\}/gu, '1')}`;
    expect(await callAsPartner(route)).toEqual(refused);
    expect(await call(route)).toEqual(refused);
  });

  // Threat T-50
  test.each([
    '/apis/credit-reports/reports/',
    '//apis/credit-reports/reports',
    '/apis/credit-reports//reports',
    '/apis/credit-reports/reports/..%2f..%2ffraud-signals',
    '/apis/credit-reports/reports/../../fraud-signals/signals',
    '/apis/credit-reports/reports/%2e%2e',
    '/apis/credit-reports/reports/7%2Fadmin',
    '/apis/credit-reports/reports/7%5Cadmin',
    '/apis/credit-reports/reports/7%3Fall=1',
    '/apis/credit-reports/reports/%61dmin',
    '/apis/credit-reports/reports/7;x=1',
    '/apis/credit-reports/reports/7%00',
    '/apis/credit-reports/reports/%',
    '/apis/credit-reports/reports/%c0%ae',
    '/operator/partners/a%2fb',
    '/oauth2/token/',
  ])('is 403 where a path could mean several things: %s', async (path) => {
    const { status, headers, body } = await rawRequest(twin.urls.gateway, {
      path,
      headers: [
        ['Authorization', `Bearer ${reports.accessToken}`],
        ['X-Twin-Source-Ip', inside],
      ],
    });
    expect({
      status,
      type: headers['content-type'],
      error: headers['x-amzn-errortype'],
      body: JSON.parse(body) as unknown,
    }).toEqual({
      status: 403,
      type: 'application/problem+json',
      error: 'ForbiddenException',
      body: { type: 'about:blank', title: 'Forbidden', status: 403, code: 'request_blocked' },
    });
  });

  describe('is 429 beyond the plan', () => {
    const route = 'GET /apis/credit-reports/reports';
    const { rate, burst, quota } = planOf(creditReports);
    /**
     * Returns what the gateway has counted for a partner, after setting it to `set` if given. AWS has no API
     * for this, and as many calls as the quota would take too long.
     */
    const counted = async ({ credentials }: Partner, set?: number): Promise<readonly number[]> => {
      const step = (await tableItems(twin.urls)).find(
        ({ sk, fact_clientId: clientId }) =>
          sk === 'STEP#gateway-mapping' && clientId === credentials.client_id,
      );
      const key = `% ${String(step?.['fact_keyId'])} ${quota.period} %`;
      return memory((database) => {
        if (set !== undefined) {
          database
            .prepare('UPDATE documents SET json = ? WHERE collection = ? AND id LIKE ?')
            .run(JSON.stringify(set), 'gateway-usage', key);
        }
        return database
          .prepare('SELECT json FROM documents WHERE collection = ? AND id LIKE ?')
          .all('gateway-usage', key)
          .map(({ json: count }) => Number(count));
      });
    };

    // Threat T-56
    test('in rate and burst; a call that is denied uses neither rate nor quota', async () => {
      const partner = await becomePartner('RITM0060030');
      const times = (count: number, to: string): Promise<WholeAnswer[]> =>
        Promise.all(Array.from({ length: count }, () => call(to, { token: partner.accessToken })));
      expect(await times(2 * burst, 'POST /apis/credit-reports/reports')).toEqual(
        Array.from({ length: 2 * burst }, () => forbidden('insufficient_scope')),
      );
      expect(await times(burst, route)).toEqual(Array.from({ length: burst }, () => fromBackend));

      const answers = await times(3 * burst, route);
      const passed = answers.filter(({ status }) => status === 200);
      expect(answers.filter(({ status }) => status !== 200)).toEqual(
        Array.from({ length: 3 * burst - passed.length }, () => throttled),
      );
      expect(passed.length).toBeLessThan(3 * burst);
      expect(await counted(partner)).toEqual([burst + passed.length]);
      await setting('clock', { offsetSeconds: Math.ceil(burst / rate) });
      expect(await times(burst, route)).toEqual(Array.from({ length: burst }, () => fromBackend));
    });

    test('in its quota, until the next period', async () => {
      const { credentials, accessToken } = await becomePartner('RITM0060031');
      expect(await call(route, { token: accessToken })).toEqual(fromBackend);
      expect(await counted({ credentials, accessToken }, quota.limit - 1)).toEqual([quota.limit - 1]);
      expect(await call(route, { token: accessToken })).toEqual(fromBackend);
      expect(await call(route, { token: accessToken })).toEqual(quotaExceeded);
      expect(await counted({ credentials, accessToken })).toEqual([quota.limit]);
      // No period is longer than a month.
      await setting('clock', { offsetSeconds: 32 * 86_400 });
      const { accessToken: later } = await requestToken(credentials);
      expect(await call(route, { token: later })).toEqual(fromBackend);
    });

    test('and a client whose key is gone is not served', async () => {
      const { credentials, accessToken } = await becomePartner('RITM0060032');
      const step = (await tableItems(twin.urls)).find(
        ({ sk, fact_clientId: clientId }) =>
          sk === 'STEP#gateway-mapping' && clientId === credentials.client_id,
      );
      const gateway = new APIGatewayClient(clientOf(twin.urls.aws));
      await gateway.send(new DeleteApiKeyCommand({ apiKey: String(step?.['fact_keyId']) }));
      gateway.destroy();
      expect(await call(route, { token: accessToken })).toEqual(forbidden('client_not_served'));
    });
  });
});
