import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { call } from '../../clients/partner.ts';
import { openSignInPlace, type SignInPlace } from '../journeys/sign-in.ts';
import { startBrowser } from '../support/browser.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
let browser: Browser;
let place: SignInPlace;

const dana = { subject: '00u-dana', email: 'dana.li@browser.example', name: 'Dana Li' };

beforeAll(async () => {
  [twin, browser] = await Promise.all([shareTestTwin(), startBrowser()]);
  place = await openSignInPlace(twin.urls, 'RITM013100', 'browser.example', [dana]);
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await place.close();
  await twin.stop();
});

describe('OAU-3, FED-2, FED-3, FED-7 a person signs in with the own provider of the partner', () => {
  test('by the e-mail address alone, and the application calls the API in their name', async () => {
    const page = await browser.newPage();
    await page.goto(place.portal.url);
    await page.getByRole('heading', { name: 'Sign in to Credit portal' }).waitFor();
    await page.getByLabel('Your work e-mail').fill(dana.email);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Hello Dana Li' }).waitFor();

    const { accessToken = '', claims } = place.portal.last() ?? {};
    expect(claims).toMatchObject({ email: dana.email, email_verified: true, name: 'Dana Li' });
    const route = { method: 'GET', path: '/apis/credit-reports/reports/42' };
    expect(await call(twin.urls, route, '198.51.100.7', accessToken)).toEqual({ status: 200 });

    // The next time, nobody is asked.
    await page.goto(place.portal.url);
    await page.getByRole('heading', { name: 'Hello Dana Li' }).waitFor();
    const cookies = await page.context().cookies(twin.urls.gateway);
    expect(cookies.map(({ name, httpOnly, secure, sameSite }) => [name, httpOnly, secure, sameSite])).toEqual(
      [
        ['__Host-sallyport-browser', true, true, 'Lax'],
        ['__Host-sallyport-sign-in', true, true, 'Lax'],
      ],
    );
  });

  test('without JavaScript, after a wrong address, a reload and the back button', async () => {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(place.portal.url);
    await page.getByLabel('Your work e-mail').fill('dana@unknown.example');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('We cannot sign you in with that address.').waitFor();
    expect(await page.getByLabel('Your work e-mail').inputValue()).toBe('dana@unknown.example');
    await page.goBack();
    await page.reload();
    await page.getByLabel('Your work e-mail').fill(dana.email);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Hello Dana Li' }).waitFor();
  });

  test('who is refused at the company sees a page with a reference and the way back', async () => {
    const page = await browser.newPage();
    await page.goto(place.portal.url);
    await page.getByLabel('Your work e-mail').fill('nobody@browser.example');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    await page.getByText("ask your company's administrator").waitFor();
    const reference = (await page.locator('code').textContent()) ?? '';
    expect(reference).toMatch(/^[0-9a-f-]{36}$/u);
    expect(twin.log()).toContain(`"requestId":"${reference}","check":"access_denied"`);
    await page.getByRole('link', { name: 'Back to Credit portal' }).click();
    await page.getByRole('heading', { name: 'Sign in to Credit portal' }).waitFor();
  });

  test('and signs out: on our page that asks, and by a form of the application with the ID token', async () => {
    const page = await browser.newPage();
    const signIn = async (): Promise<void> => {
      await page.goto(place.portal.url);
      await page.getByLabel('Your work e-mail').fill(dana.email);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('heading', { name: 'Hello Dana Li' }).waitFor();
    };
    await signIn();
    const { goodbye } = place.portal;
    const named = { client_id: place.credentials.client_id, post_logout_redirect_uri: goodbye };
    await page.goto(await place.portal.logoutUrl(named));
    // The policy of the page lets the browser go on to the application, which is another site.
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Goodbye' }).waitFor();
    const cookies = await page.context().cookies(twin.urls.gateway);
    expect(cookies.map(({ name }) => name)).toEqual(['__Host-sallyport-browser']);

    await signIn();
    const { idToken = '' } = place.portal.last() ?? {};
    const endpoint = (await place.portal.logoutUrl({})).replace('?', '');
    await page.setContent(`<form method="post" action="${endpoint}">
      <input name="id_token_hint" value="${idToken}">
      <input name="post_logout_redirect_uri" value="${goodbye}">
      <button>Leave</button></form>`);
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'Goodbye' }).waitFor();
    await page.goto(place.portal.url);
    await page.getByRole('heading', { name: 'Sign in to Credit portal' }).waitFor();
  });
});
