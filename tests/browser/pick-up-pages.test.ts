import { Hono } from 'hono';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { brandedPolicy, contentSecurityPolicy, problemPage } from '../../pages/page.ts';
import { parseCode } from '../../core/credentials/links.ts';
import { malformedCode } from '../../functions/credential-pickup/read-code.ts';
import {
  codePage,
  credentialsPage,
  gonePage,
  unusableCodePage,
  wrongCodePage,
} from '../../pages/pick-up-pages.ts';
import { productResponse, productsResponse } from '../../functions/discovery/documentation.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { startBrowser } from '../support/browser.ts';
import { catalogue } from '../support/fakes/samples.ts';
import { credentials as sample } from '../support/fakes/credentials.ts';

const credentials = {
  ...sample,
  tokenUrl: `https://access.${'a-long-name.'.repeat(8)}example/oauth2/token`,
  scopes: ['credit-reports/read', 'credit-reports/write'],
};

const documentation = {
  catalogue,
  environment: 'DEV',
  publicUrl: `https://access.${'a-long-name.'.repeat(8)}example`,
} as const;
const documented = productResponse(documentation, 'credit-reports');

const pages: Readonly<Record<string, string>> = {
  documentation: documented.body,
  products: productsResponse(documentation).body,
  code: codePage(),
  wrong: wrongCodePage({ triesLeft: 3 }),
  locked: wrongCodePage({ triesLeft: 0 }),
  malformed: unusableCodePage(malformedCode.title),
  credentials: credentialsPage(credentials),
  gone: gonePage(),
  problem: problemPage({
    title: 'Something went wrong',
    detail: 'The link is used up. Ask for a new link and a new code.',
  }),
};

let browser: Browser;
let served: Served;
let posted: string[];
/** Answers to POST wait for it. */
let held: Promise<void>;

/** Answers as the pick-up function does: the code page to GET, and to POST what its code deserves. */
const app = new Hono();
app.use(async ({ header, req }, next) => {
  header(
    'Content-Security-Policy',
    ['/pages/credentials', '/pages/documentation'].includes(req.path) || req.method === 'POST'
      ? brandedPolicy(sample.brand)
      : contentSecurityPolicy,
  );
  header('Cache-Control', 'no-store');
  header('Referrer-Policy', 'no-referrer');
  await next();
});
app.get('/pages/:name', ({ html, req }) => html(pages[req.param('name')] ?? ''));
app.get('/credentials/:token', ({ html }) => html(codePage()));
app.post('/credentials/:token', async ({ html, req }) => {
  const code = new URLSearchParams(await req.text()).get('code') ?? '';
  posted.push(`${req.param('token')} ${code}`);
  await held;
  if (parseCode(code) === undefined) return html(unusableCodePage(malformedCode.title), 422);
  return code === 'abcd-ef12'
    ? html(credentialsPage(credentials))
    : html(wrongCodePage({ triesLeft: 4 }), 403);
});

beforeAll(async () => {
  served = await serve(app, 0);
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await served.close();
});

let complaints: string[];
beforeEach(() => {
  posted = [];
  held = Promise.resolve();
  complaints = [];
});

/** A fresh browser profile's page; whatever its console or its policy complains of is kept. */
/** Waits until the field for the code has the focus, which it gets when the page is painted first. */
const focused = (page: Page): Promise<void> => page.locator('#code:focus').waitFor();

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: served.url, ...options });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(message.text());
  });
  page.on('pageerror', (error) => {
    complaints.push(error.message);
  });
  await page.goto(path);
  return page;
}
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});

describe('X-5 picking up by browser', () => {
  test.each([true, false])(
    'works with JavaScript %s: a wrong code, then the right one',
    async (javaScriptEnabled) => {
      const page = await open('/credentials/some-token', { javaScriptEnabled });
      await page.getByLabel('Code').fill('AAAA-AAAA');
      await page.getByRole('button', { name: 'Show the credentials' }).click();
      expect(await page.getByRole('alert').textContent()).toBe(
        'That is not the right code. 4 tries are left; after them the link is locked.',
      );

      await page.getByLabel('Code').fill('abcd-ef12');
      await page.getByLabel('Code').press('Enter');
      await page.getByRole('heading', { name: 'Your API credentials' }).waitFor();
      expect(await page.locator('#client-secret').innerText()).toBe(credentials.clientSecret);
      expect(posted).toEqual(['some-token AAAA-AAAA', 'some-token abcd-ef12']);
      expect(page.url()).toBe(`${served.url}/credentials/some-token`);
      expect(await page.getByRole('button').count()).toBe(javaScriptEnabled ? 6 : 0);
    },
  );

  test('a text that cannot be a code is told so, and the next one can be typed at once', async () => {
    const page = await open('/credentials/some-token');
    await focused(page);
    await page.keyboard.type('ABC');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'no try was used up' }).waitFor();
    await focused(page);
    await page.keyboard.type('AAAA\u2013AAAA');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: '4 tries are left' }).waitFor();
    expect(posted).toEqual(['some-token ABC', 'some-token AAAA\u2013AAAA']);
  });

  test('pressing the button again while the answer is on its way sends nothing more', async () => {
    const answering = Promise.withResolvers<undefined>();
    held = answering.promise;
    const page = await open('/credentials/some-token');
    await page.getByLabel('Code').fill('abcd-ef12');
    // Locators would wait for the answer that is held back; mouse and keyboard do not.
    const button = await page.getByRole('button').boundingBox();
    const press = (): Promise<void> => page.mouse.click((button?.x ?? 0) + 9, (button?.y ?? 0) + 9);
    await press();
    await expect.poll(() => posted).toHaveLength(1);
    await press();
    await page.keyboard.press('Enter');
    answering.resolve(undefined);
    await page.getByRole('heading', { name: 'Your API credentials' }).waitFor();
    expect(posted).toEqual(['some-token abcd-ef12']);
  });

  test('the keyboard alone reaches the field, the button and every copy button, in the order of reading', async () => {
    const code = await open('/credentials/some-token');
    await focused(code);
    await code.keyboard.press('Tab');
    expect(await code.evaluate('document.activeElement.textContent')).toBe('Show the credentials');

    const shown = await open('/pages/credentials');
    const reached = [];
    for (let stop = 0; stop < 10; stop += 1) {
      await shown.keyboard.press('Tab');
      reached.push(await shown.evaluate('document.activeElement.textContent'));
    }
    expect(reached).toEqual([
      'Copy Client ID',
      'Copy Client secret',
      'Copy Token URL',
      'Copy API base address',
      'Copy Scopes',
      credentials.documentationUrl,
      'curl',
      'Copy Program for curl',
      'Node.js',
      'Python',
    ]);
  });
});

describe('copying', () => {
  test('a copy button puts the value on the clipboard and says so', async () => {
    const page = await open('/pages/credentials', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Copy Client secret' }).click();
    await page.getByText('Client secret copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(credentials.clientSecret);
    expect(await page.getByRole('button', { name: 'Client secret' }).textContent()).toBe(
      'Copied Client secret',
    );

    await page.getByRole('button', { name: 'Copy Client ID' }).click();
    await page.getByText('Client ID copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(credentials.clientId);
    expect(await page.getByRole('button', { name: 'Client secret' }).textContent()).toBe(
      'Copy Client secret',
    );
    expect(complaints).toEqual([]);
  });

  test('where the clipboard is barred, the value is selected instead', async () => {
    const page = await open('/pages/credentials');
    await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("barred"))');
    await page.getByRole('button', { name: 'Copy Client secret' }).click();
    await page.getByText('Client secret selected: copy it with your keyboard or menu.').waitFor();
    expect(await page.evaluate('getSelection().toString()')).toBe(credentials.clientSecret);
  });

  test('without JavaScript, one click selects a value whole', async () => {
    const page = await open('/pages/credentials', { javaScriptEnabled: false });
    await page.locator('#client-secret').click();
    expect(await page.evaluate('getSelection().toString()')).toBe(credentials.clientSecret);
  });
});

/** Every text of the page that stands out from its background by less than WCAG 2.2 AA asks for. */
const faintTexts = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => channels(colour).slice(0, 3)
    .map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return channels(colour)[3] === 0 ? behind(element.parentElement) : colour;
  };
  const contrast = (colour, element) => {
    const [dark, light] = [luminance(colour), luminance(behind(element))].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const texts = [...document.querySelectorAll('main *')].filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
    .map((element) => [element.textContent, contrast(getComputedStyle(element).color, element)]);
  const masks = [...document.querySelectorAll('input')].flatMap((element) => [
    [element.placeholder, contrast(getComputedStyle(element, '::placeholder').color, element)],
    ['typed text', contrast(getComputedStyle(element).color, element)],
  ]);
  return { anyTexts: texts.length > 0, faint: [...texts, ...masks].filter(([, ratio]) => ratio < 4.5) };
})()`;

test.each([
  ['light', 'rgb(255, 255, 255)'],
  ['dark', 'rgb(25, 32, 42)'],
] as const)(
  'every page fits a phone, keeps to its policy and is easy to read in %s',
  async (colorScheme, background) => {
    const page = await open('/pages/code', { viewport: { width: 375, height: 667 }, colorScheme });
    for (const name of Object.keys(pages)) {
      await page.goto(`/pages/${name}`);
      expect(
        {
          width: await page.evaluate('document.documentElement.scrollWidth'),
          background: await page.evaluate('getComputedStyle(document.body).backgroundColor'),
          texts: await page.evaluate(faintTexts),
          complaints,
        },
        name,
      ).toEqual({ width: 375, background, texts: { anyTexts: true, faint: [] }, complaints: [] });
    }
  },
);
