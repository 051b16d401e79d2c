import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { call, pickUp, type PickedUpCredentials } from '../../clients/partner.ts';
import { onboard } from '../journeys/onboarded.ts';
import { operatorOf } from '../journeys/operator.ts';
import { requestFor } from '../journeys/requests.ts';
import { startBrowser } from '../support/browser.ts';
import { startOpenIdProvider, type TestProvider } from '../support/openid-provider.ts';
import { type Portal, startPortal } from '../support/portal.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';

let twin: TestTwin;
let browser: Browser;
let provider: TestProvider;
let portal: Portal;
let ada: Awaited<ReturnType<typeof operatorOf>>;
let grace: typeof ada;

const dana = { subject: '00u-dana', email: 'dana.li@acme.example', name: 'Dana Li' };

beforeAll(async () => {
  [twin, provider, browser] = await Promise.all([
    shareTestTwin(),
    startOpenIdProvider([dana]),
    startBrowser(),
  ]);
  const { gateway } = twin.urls;
  portal = await startPortal(gateway);
  [ada, grace] = await Promise.all([
    operatorOf(gateway, 'operator', 'ada'),
    operatorOf(gateway, 'approver', 'grace'),
  ]);
  const [own, acme] = [await onboarded('RITM0131001'), await onboarded('RITM0131002')];
  const applicationId = await drafted('/operator/applications', {
    name: 'Credit portal',
    brand: 'northlight',
    environments: ['DEV'],
    contractId: own.contractId,
    signIn: {
      clientId: own.credentials.client_id,
      redirectUris: [portal.callback],
      homeUrl: portal.url,
      partners: [acme.partnerId],
    },
    why: 'the portal',
  });
  await activate(`/operator/applications/${applicationId.id}`);
  portal.registerAs(own.credentials.client_id, own.credentials.client_secret);
  const drafting = await drafted('/operator/identity-providers', {
    partnerId: acme.partnerId,
    contractId: acme.contractId,
    displayName: 'Acme',
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    authentication: 'client_secret_basic',
    algorithm: 'RS256',
    domains: ['acme.example'],
    why: 'Acme signs in itself',
  });
  await provider.register(z.object({ callback: z.string() }).parse(drafting.body).callback);
  await activate(`/operator/identity-providers/${drafting.id}`);
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser.close();
  await portal.close();
  await provider.close();
  await twin.stop();
});

interface Onboarded {
  readonly credentials: PickedUpCredentials;
  readonly partnerId: string;
  readonly contractId: string;
}

/** Onboards a client under a contract that allows the grant `authorization_code`, too. */
async function onboarded(number: string): Promise<Onboarded> {
  const { link, code } = await onboard(twin.urls, requestFor(number));
  const credentials = await pickUp(link, code);
  const { body } = await ada(`GET /operator/clients/${credentials.client_id}`);
  const { partnerId, contractId } = z.object({ partnerId: z.string(), contractId: z.string() }).parse(body);
  const contract = await ada(`GET /operator/contracts/${contractId}`);
  const record = z.looseObject({ version: z.int(), grants: z.array(z.string()) }).parse(contract.body);
  const changed = await grace(`PUT /operator/contracts/${contractId}`, {
    ifMatch: `"${record.version}"`,
    body: { ...record, grants: [...record.grants, 'authorization_code'], why: 'people sign in' },
  });
  expect(changed.status).toBe(200);
  return { credentials, partnerId, contractId };
}

async function drafted(path: string, body: object): Promise<{ readonly id: string; readonly body: unknown }> {
  const answer = await ada(`POST ${path}`, { body });
  expect(answer).toHaveProperty('status', 201);
  const { applicationId, providerId } = z
    .looseObject({ applicationId: z.string().optional(), providerId: z.string().optional() })
    .parse(answer.body);
  return { id: applicationId ?? providerId ?? '', body: answer.body };
}

async function activate(path: string): Promise<void> {
  const answer = await grace(`POST ${path}/transitions`, {
    ifMatch: '"1"',
    body: { to: 'active', why: 'looked at' },
  });
  expect(answer).toHaveProperty('status', 200);
}

describe('FED-2 a person signs in with the partner’s own provider', () => {
  test('by the e-mail address alone, and calls the API as a user of that partner', async () => {
    const page = await browser.newPage();
    await page.goto(portal.url);
    await page.getByRole('heading', { name: 'Sign in to Credit portal' }).waitFor();
    await page.getByLabel('Your work e-mail').fill('dana.li@acme.example');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Hello Dana Li' }).waitFor();

    const { accessToken = '', claims } = portal.last() ?? {};
    expect(claims).toMatchObject({ email: 'dana.li@acme.example', name: 'Dana Li' });
    const route = { method: 'GET', path: '/apis/credit-reports/reports/42' };
    expect(await call(twin.urls, route, '198.51.100.7', accessToken)).toEqual({ status: 200 });
  });
});
