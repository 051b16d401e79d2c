import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { call } from '../../clients/partner.ts';
import { identityPool } from '../../local/seed/names.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { fencedBlocks } from './fenced-blocks.ts';
import { exchangeForPool, openSignInPlace, type SignInPlace, visitor } from './sign-in.ts';

const gus = { subject: '00u-gus', email: 'gus@pool.example', name: 'Gus Marek' };

let twin: TestTwin;
let place: SignInPlace;
beforeAll(async () => {
  twin = await shareTestTwin();
  place = await openSignInPlace(twin.urls, 'RITM013400', 'pool.example', [gus]);
});
afterAll(async () => {
  await place.close();
  await twin.stop();
});

/** Runs commands in a shell that knows the twin's AWS and these variables. */
async function shell(commands: string, variables: Readonly<Record<string, string>>): Promise<unknown> {
  const { stdout } = await promisify(execFile)('bash', ['-euc', commands], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      AWS_ENDPOINT_URL: twin.urls.aws,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_DEFAULT_OUTPUT: 'json',
      AWS_PAGER: '',
      ...variables,
    },
  });
  return JSON.parse(stdout);
}

const answered = z.strictObject({
  access_token: z.string(),
  issued_token_type: z.string(),
  token_type: z.literal('N_A'),
  expires_in: z.int(),
  identity_id: z.string(),
});

test('FED-5 an application uses AWS in the name of whoever has signed in, as the guide says', async () => {
  const { gateway, aws } = twin.urls;
  expect((await visitor().signIn(place.portal, gus.email)).text).toContain('Hello Gus Marek');
  const { accessToken = '', claims } = place.portal.last() ?? {};
  const { client_id: id, client_secret: secret } = place.credentials;

  const token = answered.parse(await exchangeForPool(twin.urls, place.credentials, accessToken));
  expect(token.issued_token_type).toBe(`${gateway}/token-types/identity-pool`);
  expect(token.expires_in).toBeGreaterThan(0);
  expect(token.expires_in).toBeLessThanOrEqual(900);
  const { payload } = await jwtVerify(
    token.access_token,
    createRemoteJWKSet(new URL('/.well-known/jwks_uri', aws)),
    { issuer: 'https://cognito-identity.amazonaws.com', audience: identityPool.poolId },
  );
  expect(payload).toMatchObject({
    sub: token.identity_id,
    amr: ['authenticated', 'sallyport', `sallyport:${identityPool.poolId}:${claims?.sub ?? ''}`],
    'https://aws.amazon.com/tags': { principal_tags: { partner_id: [claims?.['partner_id']] } },
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(token.expires_in);
  // It opens nothing here.
  const route = { method: 'GET', path: '/apis/credit-reports/reports/42' };
  expect(await call(twin.urls, route, '198.51.100.7', token.access_token)).toHaveProperty('status', 401);

  const guide = fencedBlocks(readFileSync('docs/guides/applications.md', 'utf8')).find(
    ({ heading, language }) => heading === "Using AWS in a person's name" && language === 'sh',
  );
  const [credentials, registered] = await Promise.all([
    shell(guide?.text ?? '', {
      API: gateway,
      CLIENT_ID: id,
      CLIENT_SECRET: secret,
      ACCESS_TOKEN: accessToken,
    }),
    shell(
      `aws cognito-identity get-open-id-token-for-developer-identity --identity-pool-id "$POOL" --logins "sallyport=$USER_ID"`,
      { POOL: identityPool.poolId, USER_ID: claims?.sub ?? '' },
    ),
  ]);
  expect(credentials).toEqual({
    IdentityId: token.identity_id,
    Credentials: {
      AccessKeyId: expect.stringMatching(/^ASIA/u) as string,
      SecretKey: expect.any(String) as string,
      SessionToken: expect.any(String) as string,
      Expiration: expect.anything() as unknown,
    },
  });
  expect(registered).toEqual({
    IdentityId: token.identity_id,
    Token: expect.any(String) as string,
  });
});
