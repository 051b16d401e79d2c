import { exportJWK, type JWK, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { sampleEnvironment } from '../../packaging/sample-environment.ts';
import { dependencies } from '../../functions/authorizer/dependencies.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const { privateKey, publicKey } = rsaKeys('first');
const key: JWK = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' };

let published: readonly JWK[] = [key];
let served: Served;
beforeAll(async () => {
  served = await serve({ fetch: () => Response.json({ keys: published }) }, 0);
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => served.close());

const start = new Date('2026-11-20T10:00:00Z');
const seconds = start.getTime() / 1000;

// Threat T-94
test.each([
  ['the user pool', '/pool', { token_use: 'access' }, {}],
  ['Sallyport itself', '', { jti: 'a1' }, { typ: 'at+jwt' }],
])(
  'X-8 a warm authorizer refuses a token of %s ten seconds after its key was removed',
  async (_issuer, path, claims, header) => {
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    published = [key];
    const { judge } = dependencies(
      {
        SALLYPORT_ENVIRONMENT: 'DEV',
        TABLE_NAME: 'table',
        PUBLIC_URL: served.url,
        TOKEN_ISSUER: `${served.url}/pool`,
        THIRD_PARTY_PRODUCTS: 'credit-reports',
        GRANTS_ON: 'client_credentials password',
        ...sampleEnvironment(['SEALING_KEY_ID', 'API_STAGE', 'CATALOGUE_VERSION', 'RATE_PLANS']),
      },
      () => ({ get: () => Promise.resolve(undefined) }),
    );
    const issuer = `${served.url}${path}`;
    const token = await new SignJWT({ client_id: 'client-1', scope: 'a', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1', ...header })
      .setIssuer(issuer)
      .setAudience(issuer)
      .setSubject('client-1')
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 3600)
      .sign(privateKey);
    const accepted = { principal: { clientId: 'client-1', scopes: ['a'] } };
    expect(await judge(token)).toMatchObject(accepted);
    published = [];
    vi.setSystemTime(new Date('2026-11-20T10:00:09Z'));
    expect(await judge(token)).toMatchObject(accepted);
    vi.setSystemTime(new Date('2026-11-20T10:00:10Z'));
    expect(await judge(token)).toMatchObject({ rule: 'kid' });
  },
);
