import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser } from '../support/browser.ts';
import { programNames, runWithSecret, typeSecretInto } from '../support/pasted-programs.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import { type HandedOver, onboard } from './onboarded.ts';
import { requestFor } from './requests.ts';

/** One of the addresses that the sample request registers. */
const callerAddress = '203.0.113.10';

/** What a developer has: the mail, and the code that the business unit has passed on. */
let mail: string;
let code: string;
/** What the page of the credentials has shown, by the ids of its values. */
let shown: Readonly<Record<string, string>>;
let twin: TestTwin;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  [twin, browser] = await Promise.all([
    startTestTwin({ environment: { SALLYPORT_CALLER_ADDRESS: callerAddress } }),
    startBrowser(),
  ]);
  const handedOver: HandedOver = await onboard(twin.urls, requestFor('RITM0122001'));
  ({ code } = handedOver);
  mail = handedOver.mail.text;
  page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  await openCredentials();
});
afterAll(async () => {
  await Promise.all([browser.close(), twin.stop()]);
});

/** Returns what the mail says under a name: `API base address: https://…`. */
const inMail = (name: string): string => new RegExp(`^${name}: (.*)$`, 'mu').exec(mail)?.[1] ?? '';
const secret = (): string => shown['client-secret'] ?? '';
/** Follows the link of the mail, types the code, and reads every value of the page. */
async function openCredentials(): Promise<void> {
  await page.goto(/^https?:\S+\/credentials\/\S+$/mu.exec(mail)?.[0] ?? '');
  await page.getByLabel('Code').fill(code);
  await page.getByRole('button', { name: 'Show the credentials' }).click();
  await page.getByRole('heading', { name: 'Your API credentials' }).waitFor();
  const values = await page.locator('dd code[id]').all();
  const entries = values.map(async (value): Promise<[string, string]> => [
    (await value.getAttribute('id')) ?? '',
    (await value.textContent()) ?? '',
  ]);
  shown = Object.fromEntries(await Promise.all(entries));
}
const onPage = async (id: string): Promise<string> => (await page.locator(`#${id}`).textContent()) ?? '';

describe("X-16 a partner's first hour, from the mail alone", () => {
  test('the page that the mail leads to says where to call, and has three programs without the secret', () => {
    expect(shown).toMatchObject({
      'client-id': inMail('Client ID'),
      'token-url': inMail('Token URL'),
      'api-url': inMail('API base address'),
      scopes: inMail('Scope'),
    });
    expect(inMail('Calls accepted from')).toContain(callerAddress);
    for (const name of programNames) {
      expect(shown[name]).toContain(inMail('API base address'));
      expect(shown[name]).not.toContain(secret());
    }
  });

  test.each(programNames)('the program for %s works as it is pasted', async (name) => {
    const answered = await typeSecretInto(name, shown[name] ?? '', secret());
    expect(answered).toMatch(/\b200\b/u);
    expect(answered).toContain('"path":');
    expect(answered).not.toContain(secret());
  });

  test.each(['node', 'python'] as const)('the program for %s works without a terminal, too', async (name) => {
    expect(await runWithSecret(name, shown[name] ?? '', secret())).toMatch(/^200 \{/u);
  });

  test('the documentation that the mail names describes what was called', async () => {
    await page.goto(inMail('Documentation'));
    expect(await onPage('api-url')).toBe(inMail('API base address'));
    expect(await page.getByText('address_not_allowed').count()).toBeGreaterThan(0);
    const description = await fetch(await onPage('openapi-url'));
    expect(description.status).toBe(200);
    expect(await description.json()).toMatchObject({ servers: [{ url: inMail('API base address') }] });
  });

  test('a call that is wrong is answered by a code that the documentation has an anchor for', async () => {
    const answer = await fetch(`${inMail('API base address')}/reports`);
    const { code: problem } = (await answer.json()) as { readonly code: string };
    expect([answer.status, problem]).toEqual([401, 'unauthorized']);
    await page.goto(`${inMail('Documentation')}#${problem}`);
    expect(await page.locator(`#${problem}`).textContent()).toContain('get a new token');
  });
});
