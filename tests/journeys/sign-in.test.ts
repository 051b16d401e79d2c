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
      await eventually(async () => ((await statusOf(token)) === 200 ? true : undefined));
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
    // API Gateway keeps the answer of before for five minutes.
    await control('clock', { offsetSeconds: 310 + 12 * moves() });
    await eventually(async () => ((await statusOf(token)) === 401 ? true : undefined));
    const { text } = await browser.go(place.portal.url);
    expect(text).toContain('Sign in to Credit portal');
  });
});
