import * as oauth from 'oauth4webapi';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { call } from '../../clients/partner.ts';
import { eventually } from '../support/eventually.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import { operatorOf } from './operator.ts';
import { openSignInPlace, type SignInPlace, visitor } from './sign-in.ts';

let twin: TestTwin;
let place: SignInPlace;
let grace: Awaited<ReturnType<typeof operatorOf>>;

const gil = { subject: '00u-gil', email: 'gil@journey.example', name: 'Gil Ortiz' };
const route = { method: 'GET', path: '/apis/credit-reports/reports/42' };

beforeAll(async () => {
  twin = await startTestTwin();
  place = await openSignInPlace(twin.urls, 'RITM013200', 'journey.example', [gil]);
  grace = await operatorOf(twin.urls.gateway, 'approver', 'grace');
});
const control = (what: string, body?: object) =>
  fetch(`${twin.urls.gateway}/_twin/${what}`, {
    method: body === undefined ? 'DELETE' : what === 'clock' ? 'PUT' : 'POST',
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
afterEach(() => control('faults'));
afterAll(async () => {
  await place.close();
  await twin.stop();
});

/** Signs Gil in, in a browser of his own, and returns the token that the application gets. */
async function signedIn(): Promise<string> {
  const { url, text } = await visitor().signIn(place.portal, gil.email);
  expect(url).toContain(`${place.portal.callback}?`);
  expect(text).toContain('Hello Gil Ortiz');
  return place.portal.last()?.accessToken ?? '';
}

async function move(path: string, to: 'active' | 'suspended'): Promise<void> {
  const read = await grace(`GET ${path}`);
  const { version } = z.object({ version: z.int() }).parse(read.body);
  const who = to === 'active' ? await operatorOf(twin.urls.gateway, 'approver', 'mary') : grace;
  const moved = await who(`POST ${path}/transitions`, {
    ifMatch: `"${version}"`,
    body: { to, why: 'tried out' },
  });
  expect(moved).toHaveProperty('status', 200);
}

const statusOf = async (token: string): Promise<number> =>
  (await call(twin.urls, route, '198.51.100.7', token)).status;

describe('OAU-3, FED-7 whoever loses access', () => {
  // Threat T-119
  test.each(['application', 'provider', 'contract', 'partner', 'ownContract', 'client'] as const)(
    'with the %s is refused on calls and at sign-in, until it is back',
    async (which) => {
      const token = await signedIn();
      expect(await statusOf(token)).toBe(200);
      await move(place.records[which], 'suspended');
      await control('clock', { offsetSeconds: 12 * moves() });
      await eventually(async () => ((await statusOf(token)) === 403 ? true : undefined));
      const { text } = await visitor().signIn(place.portal, gil.email);
      expect(text).not.toContain('Hello');
      await move(place.records[which], 'active');
      await control('clock', { offsetSeconds: 12 * moves() });
      // A provider may have been broken into, so sessions from before do not come back with it.
      const current = which === 'provider' ? await signedIn() : token;
      await eventually(async () => ((await statusOf(current)) === 200 ? true : undefined));
      if (which === 'provider') expect(await statusOf(token)).toBe(403);
    },
  );

  test('as a user is refused on calls and at sign-in', async () => {
    const token = await signedIn();
    const { sub } = place.portal.last()?.claims ?? { sub: '' };
    await move(`/operator/users/${sub}`, 'suspended');
    await control('clock', { offsetSeconds: 12 * moves() });
    await eventually(async () => ((await statusOf(token)) === 401 ? true : undefined));
    const { status, text } = await visitor().signIn(place.portal, gil.email);
    expect([status, text.includes('You are not signed in')]).toEqual([403, true]);
    await move(`/operator/users/${sub}`, 'active');
    await control('clock', { offsetSeconds: 12 * moves() });
  });
});

let moved = 0;
/** Moves the clock further each time, past what instances remember. */
const moves = (): number => (moved += 1);

describe('FED-3 a sign-in while something fails', () => {
  // Failure F-83
  test.each([
    ['dynamodb', 'GetItem'],
    ['dynamodb', 'UpdateItem'],
  ])(
    '%s %s at the beginning says so, with a reference, and the next one works',
    async (service, operation) => {
      await control('faults', [{ service, operation, mode: 'fail-before', times: 20 }]);
      const { status, text } = await visitor().signIn(place.portal, gil.email);
      expect([status, text.includes('Reference:')]).toEqual([503, true]);
      await control('faults');
      await signedIn();
    },
  );

  // Failure F-84
  test('kms Decrypt after the return says so, and beginning again works', async () => {
    await control('faults', [{ service: 'kms', operation: 'Decrypt', mode: 'fail-before', times: 20 }]);
    const { status, text } = await visitor().signIn(place.portal, gil.email);
    expect([status, text.includes('Reference:')]).toEqual([503, true]);
    await control('faults');
    await signedIn();
  });

  test('the second use of a code ends the session, and the tokens of it', async () => {
    const browser = visitor();
    await browser.signIn(place.portal, gil.email);
    const token = place.portal.last()?.accessToken ?? '';
    expect(await statusOf(token)).toBe(200);
    expect(await place.portal.redeemAgain()).toBe('invalid_grant');
    await control('clock', { offsetSeconds: 12 * moves() });
    await eventually(async () => ((await statusOf(token)) === 401 ? true : undefined));
    const { text } = await browser.go(place.portal.url);
    expect(text).toContain('Sign in to Credit portal');
  });
});

describe('OAU-3 a refresh token', () => {
  test('gives an application new tokens, until it is revoked: then the application has none any more', async () => {
    const browser = visitor();
    await browser.signIn(place.portal, gil.email);
    const { accessToken = '', refreshToken = '', claims } = place.portal.last() ?? {};
    const refreshed = await place.portal.refresh(refreshToken);
    expect(refreshed.scope).toBe('openid credit-reports/read');
    expect(oauth.getValidatedIdTokenClaims(refreshed)).toMatchObject({
      sub: claims?.sub,
      sid: claims?.['sid'],
    });
    expect(await statusOf(refreshed.access_token)).toBe(200);
    const { client_id: id, client_secret: secret } = place.credentials;
    const post = (path: string, form: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(`${twin.urls.gateway}${path}`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
        body: new URLSearchParams(form),
      });
    expect((await post('/oauth2/revoke', { token: refreshed.refresh_token ?? '' })).status).toBe(200);
    await expect(place.portal.refresh(refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await control('clock', { offsetSeconds: 12 * moves() });
    for (const token of [accessToken, refreshed.access_token]) {
      expect(await (await post('/oauth2/introspect', { token })).json()).toEqual({ active: false });
    }
    // Whoever comes back signs in anew.
    expect((await browser.go(place.portal.url)).text).toContain('Sign in to Credit portal');
  });
});

describe('FED-7 signing out', () => {
  test('at the application ends every token within the bound of a suspension, and goes back to it', async () => {
    const browser = visitor();
    await browser.signIn(place.portal, gil.email);
    const { accessToken = '', refreshToken = '', idToken = '' } = place.portal.last() ?? {};
    expect(await statusOf(accessToken)).toBe(200);
    const url = await place.portal.logoutUrl({
      id_token_hint: idToken,
      post_logout_redirect_uri: place.portal.goodbye,
      state: 'state of the application',
    });
    const form = Object.fromEntries(new URL(url).searchParams);
    // A form of the application arrives without our cookies, so it is sent again by GET.
    const left = await browser.go(url.replace(/\?.*$/u, ''), form);
    expect(left.url).toBe(`${place.portal.goodbye}?state=state+of+the+application`);
    await expect(place.portal.refresh(refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' });
    await control('clock', { offsetSeconds: 12 * moves() });
    await eventually(async () => ((await statusOf(accessToken)) === 401 ? true : undefined));
    expect((await browser.go(place.portal.url)).text).toContain('Sign in to Credit portal');
  });

  test('without an ID token is asked about, and confirmed on our page', async () => {
    const browser = visitor();
    await browser.signIn(place.portal, gil.email);
    const { refreshToken = '' } = place.portal.last() ?? {};
    const { client_id: clientId } = place.credentials;
    const asked = await browser.go(
      await place.portal.logoutUrl({ client_id: clientId, post_logout_redirect_uri: place.portal.goodbye }),
    );
    expect([asked.status, asked.text.includes('Do you want to sign out?')]).toEqual([200, true]);
    const fields = Object.fromEntries(
      [...asked.text.matchAll(/name="([^"]+)" value="([^"]*)"/gu)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
    // Another site does not know what our page knows, so the person is asked again.
    const forged = await browser.go(`${twin.urls.gateway}/logout`, { ...fields, confirmation: 'forged' });
    expect(forged.text).toContain('Do you want to sign out?');
    const { refresh_token: next = '' } = await place.portal.refresh(refreshToken);
    const left = await browser.go(`${twin.urls.gateway}/logout`, fields);
    expect(left.url).toBe(place.portal.goodbye);
    await expect(place.portal.refresh(next)).rejects.toMatchObject({ error: 'invalid_grant' });
    const { text } = await browser.go(`${twin.urls.gateway}/logout?client_id=${clientId}`);
    expect(text).toContain('You are signed out');
    expect(text).toContain('Back to Credit portal');
  });

  // Threat T-133
  test('to an address that is not registered is answered by a page, and nobody is signed out', async () => {
    const browser = visitor();
    await browser.signIn(place.portal, gil.email);
    const { refreshToken = '', idToken = '' } = place.portal.last() ?? {};
    const { status, text } = await browser.go(
      await place.portal.logoutUrl({
        id_token_hint: idToken,
        post_logout_redirect_uri: `${place.portal.goodbye}/elsewhere`,
      }),
    );
    expect([status, text.includes('This sign-out cannot begin')]).toEqual([400, true]);
    expect((await place.portal.refresh(refreshToken)).token_type).toBe('bearer');
  });

  // Failure F-96
  test('while the table fails says that nobody knows, with a reference', async () => {
    const browser = visitor();
    await browser.signIn(place.portal, gil.email);
    await control('faults', [
      { service: 'dynamodb', operation: 'UpdateItem', mode: 'fail-before', times: 20 },
    ]);
    const { idToken = '' } = place.portal.last() ?? {};
    const url = await place.portal.logoutUrl({ id_token_hint: idToken });
    const { status, text } = await browser.go(url);
    expect([status, text.includes('You may still be signed in')]).toEqual([503, true]);
    await control('faults');
    expect((await browser.go(url)).text).toContain('You are signed out');
  });
});

test.each(['authorize', 'logout'])(
  'OAU-3 a form that is posted to %s is sent again by GET, and sets no header of its own',
  async (path) => {
    const answer = await fetch(`${twin.urls.gateway}/oauth2/${path}`, {
      method: 'POST',
      body: 'state=a\r\nset-cookie: b=c&state=d',
      redirect: 'manual',
    });
    expect([answer.status, answer.headers.get('location'), answer.headers.getSetCookie()]).toEqual([
      303,
      `${path}?state=a%0D%0Aset-cookie%3A+b%3Dc&state=d`,
      [],
    ]);
  },
);

// Threat T-132
test('FED-7 a form of another site, which brings no cookie, signs nobody out', async () => {
  const answer = await fetch(`${twin.urls.gateway}/logout`, { method: 'POST', redirect: 'manual' });
  expect([answer.status, answer.headers.get('location'), answer.headers.getSetCookie()]).toEqual([
    303,
    'oauth2/logout?',
    [],
  ]);
  const long = await fetch(`${twin.urls.gateway}/logout`, {
    method: 'POST',
    body: `state=${'x'.repeat(9000)}`,
    redirect: 'manual',
  });
  expect(long.status).toBe(413);
});
