import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createIssuers } from '../../adapters/aws/issuer-records.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import type { ManagedRecords } from '../../core/lifecycle/managed-records.ts';
import type { Issuer, TrustedKey } from '../../core/trust/records.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import { tableAt } from '../support/table.ts';

let twin: TestTwin;
let published: Served;
let keySet: unknown;
let issuers: ManagedRecords<Issuer>;
beforeAll(async () => {
  published = await serve(
    { fetch: () => (keySet === undefined ? new Response('down', { status: 503 }) : Response.json(keySet)) },
    0,
  );
  twin = await startTestTwin();
  issuers = createIssuers(tableAt(twin.urls.aws));
});
afterAll(async () => {
  await twin.stop();
  await published.close();
});

const hour = 3600;
const day = 24 * hour;
const moveClock = (offsetSeconds: number) =>
  fetch(`${twin.urls.gateway}/_twin/clock`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ offsetSeconds }),
  });
async function alerts(): Promise<readonly unknown[]> {
  const events = (await (await fetch(`${twin.urls.gateway}/_twin/events`)).json()) as readonly {
    readonly detailType: string;
    readonly detail: unknown;
  }[];
  return events.flatMap(({ detailType, detail }) => (detailType === 'Trust Needs Operator' ? [detail] : []));
}

// Threat T-68
test('JWT-1 keys are looked after every hour: read from their address, and warned of', async () => {
  const notAfter = new Date(Date.now() + 40.5 * day * 1000).toISOString();
  const short: TrustedKey = {
    kid: 'short',
    jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AA' },
    algorithm: 'EdDSA',
    thumbprint: 'of-short',
    notBefore: '2026-01-01T00:00:00.000Z',
    notAfter,
  };
  const issuer: Issuer = {
    issuer: 'https://portal.acme.example',
    partnerId: 'acme',
    clientId: 'client-1',
    audiences: ['urn:sallyport'],
    principalClaim: 'sub',
    longestLife: 300,
    uses: ['assertion'],
    keys: [short],
    jwksUrl: `${published.url}/keys`,
    ...initialState('active', { at: '2026-11-20T10:00:00.000Z', by: 'olga', why: 'agreed' }),
  };
  await issuers.create(issuer);
  const publishedKey = await exportJWK((await generateKeyPair('ES256')).publicKey);
  keySet = { keys: [{ ...publishedKey, kid: 'published' }] };

  await moveClock(hour + 60);
  await vi.waitUntil(async () => (await issuers.find(issuer.issuer))?.version === 2, { timeout: 100_000 });
  const swept = {
    ...issuer,
    version: 2,
    keys: [
      { ...issuer.keys[0], warned: 45 },
      {
        kid: 'published',
        jwk: publishedKey,
        algorithm: 'ES256',
        thumbprint: await calculateJwkThumbprint(publishedKey),
        fromUrl: true,
      },
    ],
    changes: [
      ...issuer.changes,
      { at: expect.any(String) as string, by: 'trust-sweep', why: expect.any(String) as string },
    ],
    editors: ['trust-sweep'],
  };
  expect(await issuers.find(issuer.issuer)).toEqual(swept);
  const about = { issuer: issuer.issuer, partnerId: 'acme' };
  const first = { ...about, about: 'key_expires', kid: 'short', notAfter, daysLeft: 40, threshold: 45 };
  expect(await alerts()).toEqual([first]);
  await vi.waitUntil(() => twin.log().includes('"soonestExpiryDays":40'), { timeout: 100_000 });

  keySet = undefined;
  await moveClock(2 * hour + 120);
  await vi.waitUntil(async () => (await alerts()).length === 2, { timeout: 100_000 });
  expect(await alerts()).toEqual([first, { ...about, about: 'keys_unreadable', reasons: ['unreadable'] }]);
  await vi.waitUntil(async () => (await issuers.find(issuer.issuer))?.version === 3, { timeout: 100_000 });
  expect(await issuers.find(issuer.issuer)).toEqual({
    ...swept,
    version: 3,
    unreadableToldAt: expect.any(String) as string,
    changes: [
      ...swept.changes,
      { at: expect.any(String) as string, by: 'trust-sweep', why: expect.any(String) as string },
    ],
  });
});
