import { Hono } from 'hono';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { pickUp } from '../../clients/partner.ts';
import { onboard } from '../journeys/onboarded.ts';
import { requestFor } from '../journeys/requests.ts';
import { openRecords, type Records, type ThirdParty } from '../journeys/third-party.ts';
import { startBrowser } from '../support/browser.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
let records: Records;
let thirdParty: ThirdParty;
let browser: Browser;
let site: Served;
/** Its link leads to `GET /session` with this token. */
let token: string;

/** The third party's own site: to a browser another one than the twin's. */
const portal = new Hono();
portal.get('/', ({ html }) =>
  html(
    `<!doctype html><title>Portal</title><a href="${twin.urls.gateway}/session?access_token=${token}">Credit reports</a>`,
  ),
);

beforeAll(async () => {
  [twin, site] = await Promise.all([shareTestTwin(), serve(portal, 0)]);
  records = openRecords(twin.urls);
  const { link, code } = await onboard(twin.urls, requestFor('RITM0061001'));
  thirdParty = await records.register((await pickUp(link, code)).client_id, 'user.ritm0061001');
  browser = await startBrowser();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await site.close();
  await twin.stop();
});

/**
 * What the browser shows of where it has been, and lets the page know. For itself it keeps the address that it was
 * sent on from, and nobody can keep it from that: a token is used up before the browser knows that it goes on.
 */
async function tracesIn(page: Page): Promise<string> {
  const devtools = await page.context().newCDPSession(page);
  const { entries } = await devtools.send('Page.getNavigationHistory');
  const told = await page.evaluate(
    '[location.href, document.referrer, document.cookie, document.documentElement.outerHTML, ...performance.getEntries().map((entry) => entry.name)]',
  );
  return JSON.stringify([page.url(), entries.map(({ url, title }) => [url, title]), told]);
}

async function openPortal(): Promise<{
  readonly page: Page;
  readonly referrers: readonly (string | undefined)[];
}> {
  token = await thirdParty.sign();
  const page = await browser.newPage();
  const referrers: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (request.url() === `${twin.urls.gateway}/session`) referrers.push(request.headers()['referer']);
  });
  await page.goto(site.url.replace('127.0.0.1', 'localhost'));
  return { page, referrers };
}

describe('JWT-4 a login by a link, in a browser', () => {
  // Threat T-42
  test('lands on a clean address, signed in, and the token is in no trace of it', async () => {
    const { page, referrers } = await openPortal();
    await page.getByRole('link').click();
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
    expect(page.url()).toBe(`${twin.urls.gateway}/session`);
    expect(await page.locator('strong').textContent()).toBe('user.ritm0061001');
    expect(await tracesIn(page)).not.toContain(token.slice(0, 20));
    expect(referrers).toEqual([undefined]);

    expect(await page.context().cookies()).toEqual([
      {
        name: '__Host-sallyport-session',
        value: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/u) as string,
        domain: '127.0.0.1',
        path: '/',
        expires: expect.any(Number) as number,
        httpOnly: true,
        secure: true,
        sameSite: 'Lax',
      },
    ]);
    await page.reload();
    expect(await page.getByRole('heading').textContent()).toBe('You are signed in');
    await page.goBack();
    expect(await page.title()).toBe('Portal');
  });

  // Threat T-43
  test('fails the second time, on a clean address too, and nobody is signed in any more', async () => {
    const { page, referrers } = await openPortal();
    await page.getByRole('link').click();
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
    await page.goBack();
    await page.getByRole('link').click();
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    expect(page.url()).toBe(`${twin.urls.gateway}/session`);
    expect(await tracesIn(page)).not.toContain(token.slice(0, 20));
    expect(referrers).toEqual([undefined, undefined]);
    expect(await page.context().cookies()).toEqual([]);
  });

  // Threat T-48
  test('works after the browser has fetched it ahead', async () => {
    const { page } = await openPortal();
    const ahead = page.waitForResponse((response) => response.url().includes('/session?'));
    await page.evaluate(
      `document.head.insertAdjacentHTML('beforeend', '<link rel="prefetch" href="' + document.querySelector('a').href + '">')`,
    );
    expect((await ahead).status()).toBe(403);
    await page.getByRole('link').click();
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  });
});
