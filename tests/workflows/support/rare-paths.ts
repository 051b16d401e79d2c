import { exportJWK, generateKeyPair } from 'jose';
import { expect } from 'vitest';
import * as z from 'zod';
import { call, type PickedUpCredentials } from '../../../clients/partner.ts';
import { grantTypes } from '../../../core/contracts/records.ts';
import type { TwinUrls } from '../../../clients/twin-process.ts';
import { choosePassword } from '../../journeys/contracted.ts';
import { exchangeForPool, openSignInPlace, type SignInPlace, visitor } from '../../journeys/sign-in.ts';
import { type AsOperator, operatorOf } from '../../journeys/operator.ts';
import { openRecords } from '../../journeys/third-party.ts';
import type { WholeAnswer } from '../../journeys/whole-answer.ts';
import type { Fault, OnboardingTwin } from './onboarding-twin.ts';

/** Paths that few requests take. The test of permissions follows them all. */

/** A function's first write to a partition has its effect, and the answer is lost. So it writes once more. */
export const lostAnswer = (functionName: string, partition: string): Fault => ({
  service: 'dynamodb',
  operation: 'UpdateItem',
  mode: 'fail-after',
  partition,
  during: { functionName },
});

/**
 * A user logs in by password and by a third party's assertion. The third party's own token is used on a call,
 * introspected and revoked, and so is our token.
 */
export async function usersSignIn(
  twin: OnboardingTwin,
  { client_id: clientId, client_secret: secret }: PickedUpCredentials,
  user: string,
): Promise<void> {
  const records = openRecords(twin.urls);
  await records.agree(clientId, {
    grants: grantTypes,
    password: { owner: 'legacy@acme.example', sunset: '2099-12-31T00:00:00.000Z' },
  });
  const portal = await records.register(clientId, user, { uses: ['assertion', 'bearer'] });
  // Contracts are cached for ten seconds.
  await twin.moveClock(22);
  const post = async (endpoint: string, form: Readonly<Record<string, string>>): Promise<unknown> => {
    const answer = await fetch(`${twin.urls.gateway}/oauth2/${endpoint}`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
      body: new URLSearchParams(form),
    });
    expect(answer.status, endpoint).toBe(200);
    return answer.json();
  };
  const tokenOf = async (form: Readonly<Record<string, string>>): Promise<string> =>
    z.object({ access_token: z.string() }).parse(await post('token', form)).access_token;
  const get = { method: 'GET', path: '/apis/credit-reports/reports/1' };
  const statusOf = async (token: string): Promise<number> =>
    (await call(twin.urls, get, '203.0.113.10', token)).status;
  const now = Math.floor(Date.now() / 1000) + 22;
  const sign = (): Promise<string> => portal.sign({ iat: now, exp: now + 120 });

  await choosePassword(twin.urls, user, 'right horse battery');
  await tokenOf({ grant_type: 'password', username: user, password: 'right horse battery' });
  const [, , jwtBearer, exchange] = grantTypes;
  const ofUser = await tokenOf({ grant_type: jwtBearer, assertion: await sign() });
  await tokenOf({
    grant_type: exchange,
    subject_token: ofUser,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
  const own = await sign();
  expect([await statusOf(own), await statusOf(ofUser)]).toEqual([200, 200]);
  expect(await post('introspect', { token: own })).toMatchObject({ active: true });
  // API Gateway has cached no answer for this one.
  const revoked = await tokenOf({ grant_type: jwtBearer, assertion: await sign() });
  await post('revoke', { token: revoked });
  await twin.moveClock(33);
  expect(await statusOf(revoked)).toBe(401);
}

/** Operators create, read, list and change a record of every kind. */
export async function recordsAreManaged(
  twin: OnboardingTwin,
  clientId: string,
  userId: string,
): Promise<void> {
  const { gateway } = twin.urls;
  const [ada, grace] = [
    await operatorOf(gateway, 'operator', 'ada'),
    await operatorOf(gateway, 'approver', 'grace'),
  ];
  const done = async (answer: Promise<WholeAnswer>): Promise<Readonly<Record<string, unknown>>> => {
    const { status, body } = await answer;
    expect([200, 201], JSON.stringify(body)).toContain(status);
    return z.record(z.string(), z.unknown()).parse(body);
  };
  const why = 'to see it work';
  const partner = await done(ada('POST /operator/partners', { body: { name: 'Rare Path Ltd', why } }));
  const partnerId = String(partner['partnerId']);
  // A draft gives up the name that it had.
  await done(
    ada(`PUT /operator/partners/${partnerId}`, { ifMatch: '"1"', body: { name: 'Rare Paths Ltd', why } }),
  );
  const contract = {
    products: { 'credit-reports': ['credit-reports/read'] },
    ratePlan: 'standard',
    ipRanges: [],
    environments: ['DEV'],
    startsAt: '2026-01-01T00:00:00.000Z',
    owner: 'owner@company.example',
    grants: ['client_credentials'],
    resourceServerOf: [],
  };
  await done(
    ada('POST /operator/contracts', { body: { contractId: 'C-rare', partnerId, ...contract, why } }),
  );
  const client = await done(ada(`GET /operator/clients/${clientId}`));
  const issuer = 'urn:example:rare-paths';
  await done(
    ada('POST /operator/issuers', {
      body: {
        issuer,
        partnerId: client['partnerId'],
        clientId,
        audiences: ['urn:sallyport'],
        principalClaim: 'sub',
        longestLife: 300,
        uses: ['assertion'],
        why,
      },
    }),
  );
  for (const [list, id] of [
    ['partners', partnerId],
    ['contracts', 'C-rare'],
    ['issuers', Buffer.from(issuer).toString('base64url')],
    ['users', userId],
  ] as const) {
    await done(ada(`GET /operator/${list}`));
    const path = `/operator/${list}/${id}`;
    const {
      headers: { etag: ifMatch = '' },
      body,
    } = await ada(`GET ${path}`);
    const to = z.object({ status: z.string() }).parse(body).status === 'active' ? 'suspended' : 'active';
    await done(grace(`POST ${path}/transitions`, { ifMatch, body: { to, why } }));
  }
  const etagOf = async (): Promise<string> =>
    (await ada(`GET /operator/clients/${clientId}`)).headers['etag'] ?? '';
  // A private key was sent, so nobody can be known by it any more.
  const disclosed = await generateKeyPair('ES256', { extractable: true });
  await ada(`PUT /operator/clients/${clientId}/keys`, {
    ifMatch: await etagOf(),
    body: {
      upload: {
        kind: 'jwks',
        document: { keys: [{ ...(await exportJWK(disclosed.privateKey)), kid: 'private' }] },
      },
      why,
    },
  });
  // A key of the client is proposed, and approved by somebody else.
  const { publicKey } = await generateKeyPair('ES256');
  const document = { keys: [{ ...(await exportJWK(publicKey)), kid: 'rare' }] };
  await done(
    ada(`PUT /operator/clients/${clientId}/keys`, {
      ifMatch: await etagOf(),
      body: { upload: { kind: 'jwks', document }, why },
    }),
  );
  await done(
    grace(`POST /operator/clients/${clientId}/transitions`, {
      ifMatch: await etagOf(),
      body: { to: 'active', why },
    }),
  );
}

/** A person of a partner signs in to one of our applications, with another e-mail address, and by the session. */
export async function peopleSignIn({ urls }: OnboardingTwin): Promise<void> {
  const people = [{ subject: '00u-dee', email: 'dee@permissions.example', name: 'Dee Brandt' }];
  const place = await openSignInPlace(urls, 'RITM013300', 'permissions.example', people);
  const signIn = async (email: string, browser = visitor()): Promise<void> => {
    expect((await browser.signIn(place.portal, email)).text).toContain('Hello Dee Brandt');
  };
  await signIn('dee@permissions.example');
  people.splice(0, 1, { subject: '00u-dee', email: 'dee.brandt@permissions.example', name: 'Dee Brandt' });
  const browser = visitor();
  await signIn('dee.brandt@permissions.example', browser);
  // This one has a session by now.
  await signIn('dee.brandt@permissions.example', browser);
  await theirTokenIsLookedAt(urls, place);
  await theirSessionEnds(urls, place, 'dee.brandt@permissions.example');
  await place.portal.redeemAgain();
  const grace = await operatorOf(urls.gateway, 'approver', 'grace');
  const ada = await operatorOf(urls.gateway, 'operator', 'ada');
  // Another provider wants the same domain.
  const content = await whatIsSent(ada, place.records.provider);
  const { body: other } = await ada('POST /operator/identity-providers', {
    body: { ...content, clientSecret: 'another', why: 'tried out' },
  });
  const { providerId } = z.object({ providerId: z.string() }).parse(other);
  const taken = await grace(`POST /operator/identity-providers/${providerId}/transitions`, {
    ifMatch: '"1"',
    body: { to: 'active', why: 'tried out' },
  });
  expect(taken).toMatchObject({ status: 409, body: { code: 'domain_taken' } });
  // Both records give up what they have.
  await grace(`POST ${place.records.provider}/transitions`, {
    ifMatch: '*',
    body: { to: 'suspended', why: 'over' },
  });
  const without = { ...content, domains: ['other.example'], why: 'over' };
  const given = await ada(`PUT ${place.records.provider}`, { ifMatch: '*', body: without });
  expect(given.status).toBe(200);
  const { signIn: _signIn, ...application } = await whatIsSent(ada, place.records.application);
  const closed = await grace(`PUT ${place.records.application}`, {
    ifMatch: '*',
    body: { ...application, why: 'over' },
  });
  expect(closed.status).toBe(200);
  for (const list of ['applications', 'identity-providers']) {
    expect((await grace(`GET /operator/${list}`)).status).toBe(200);
  }
  await place.close();
}

/** Returns the content of a record, without what operators do not choose. */
async function whatIsSent(ada: AsOperator, record: string): Promise<Readonly<Record<string, unknown>>> {
  const read = await ada(`GET ${record}`);
  const chosen = [
    'partnerId',
    'contractId',
    'displayName',
    'issuer',
    'clientId',
    'authentication',
    'algorithm',
    'domains',
    'name',
    'brand',
    'environments',
    'signIn',
  ];
  const content = z.record(z.string(), z.unknown()).parse(read.body);
  return Object.fromEntries(Object.entries(content).filter(([name]) => chosen.includes(name)));
}

/** Brings the token of whoever signed in last to every door. */
async function theirTokenIsLookedAt(urls: TwinUrls, { portal, credentials }: SignInPlace): Promise<void> {
  const { gateway } = urls;
  const { accessToken = '' } = portal.last() ?? {};
  const path = '/apis/credit-reports/reports/1';
  expect(await call(urls, { method: 'GET', path }, '203.0.113.10', accessToken)).toEqual({ status: 200 });
  const denied = await fetch(`${gateway}${path}`, {
    headers: { authorization: `Bearer ${accessToken}`, 'x-twin-source-ip': '192.0.2.1' },
  });
  const { evaluationId } = z.object({ evaluationId: z.string() }).parse(await denied.json());
  const ada = await operatorOf(gateway, 'operator', 'ada');
  expect(await ada('POST /operator/explain', { body: { evaluationId } })).toMatchObject({
    body: { evaluation: { rule: 'address' }, now: { rule: 'address' } },
  });
  const { client_id: id, client_secret: secret } = credentials;
  const introspected = await fetch(`${gateway}/oauth2/introspect`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ token: accessToken }),
  });
  expect(await introspected.json()).toMatchObject({ active: true, client_id: id });
  expect(await exchangeForPool(urls, credentials, accessToken)).toMatchObject({ token_type: 'N_A' });
  // It is no session of a login by a link.
  const cookie = `__Host-sallyport-session=${accessToken}`;
  expect((await fetch(`${gateway}/session`, { headers: { cookie } })).status).toBe(403);
}

/**
 * A person comes back with the session of before, and signs out. Then the refresh token of another session is used and
 * revoked.
 */
async function theirSessionEnds(
  { gateway }: TwinUrls,
  { portal, credentials }: SignInPlace,
  email: string,
): Promise<void> {
  const browser = visitor();
  await browser.signIn(portal, email);
  expect((await browser.go(portal.url)).text).toContain('Hello Dee Brandt');
  const { idToken = '' } = portal.last() ?? {};
  expect((await browser.go(await portal.logoutUrl({ id_token_hint: idToken }))).text).toContain(
    'You are signed out',
  );
  await visitor().signIn(portal, email);
  const { refresh_token: token = '' } = await portal.refresh(portal.last()?.refreshToken ?? '');
  const { client_id: id, client_secret: secret } = credentials;
  const revoked = await fetch(`${gateway}/oauth2/revoke`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ token }),
  });
  expect(revoked.status).toBe(200);
}
