import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { defaultContractIdOf } from '../../core/contracts/ids.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { pickUp, requestToken } from '../../clients/partner.ts';
import { partnerIdAt } from '../support/partners.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { onboard } from './onboarded.ts';
import { operatorOf } from './operator.ts';
import { requestFor } from './requests.ts';

describe('X-8 a suspension', () => {
  let twin: TestTwin;
  beforeAll(async () => {
    twin = await shareTestTwin();
  });
  afterEach(async () => {
    for (const what of ['clock', 'faults']) {
      await fetch(`${twin.urls.gateway}/_twin/${what}`, { method: 'DELETE' });
    }
  });
  afterAll(() => twin.stop());

  const put = (what: 'clock' | 'faults', body: object): Promise<Response> =>
    fetch(`${twin.urls.gateway}/_twin/${what}`, { method: 'PUT', body: JSON.stringify(body) });
  const passes = { status: 200 };
  const denied = (code: string) => ({ status: 403, code });

  /** Creates a client whose calls pass, and the functions that suspend it or what it depends on. */
  async function callingClient(number: string) {
    const { link, code } = await onboard(twin.urls, requestFor(number));
    const credentials = await pickUp(link, code);
    const { accessToken } = await requestToken(credentials);
    const call = async (): Promise<object> => {
      const answer = await fetch(`${twin.urls.gateway}/apis/credit-reports/reports`, {
        headers: { authorization: `Bearer ${accessToken}`, 'x-twin-source-ip': '203.0.113.10' },
      });
      const { code: said } = (await answer.json()) as { readonly code?: string };
      return { status: answer.status, ...(said !== undefined && { code: said }) };
    };
    expect(await call()).toEqual(passes);
    const ada = await operatorOf(twin.urls.gateway, 'operator', 'ada');
    const partnerId = await partnerIdAt(twin.urls.aws, `Company of ${number}`);
    const paths = {
      client: `clients/${credentials.client_id}`,
      contract: `contracts/${defaultContractIdOf(partnerId, 'credit-reports')}`,
      partner: `partners/${partnerId}`,
    };
    return {
      call,
      suspend: async (what: keyof typeof paths) => {
        const path = `/operator/${paths[what]}`;
        const { headers, body: before } = await ada(`GET ${path}`);
        const { body } = await ada(`POST ${path}/transitions`, {
          ifMatch: headers['etag'] ?? '',
          body: { to: 'suspended', why: 'a doubt' },
        });
        // A reading shows the keys and uses of a client, too.
        const { keys: _keys, uses: _uses, ...record } = before as Readonly<Record<string, unknown>>;
        return { record, body };
      },
    };
  }

  // Threat T-74
  test.each([
    ['client', 'RITM0091001'],
    ['contract', 'RITM0091002'],
    ['partner', 'RITM0091003'],
  ] as const)(
    'of a %s denies the next call, though API Gateway has just let one pass',
    async (what, number) => {
      const { call, suspend } = await callingClient(number);
      // After this time, only API Gateway still has a cached answer.
      await put('clock', { offsetSeconds: recordCacheSeconds });
      expect(await call()).toEqual(passes);
      const { record, body } = await suspend(what);
      expect(body).toEqual({
        ...record,
        status: 'suspended',
        version: 2,
        changes: expect.any(Array) as unknown,
        cacheFlushed: true,
        decidedWithinSeconds: recordCacheSeconds + 2,
      });
      expect(await call()).toEqual(denied(`${what}_inactive`));
    },
  );

  // Failure F-36
  test('lets a call pass in its first seconds that an instance decides from memory: the answer is flushed again', async () => {
    const { call, suspend } = await callingClient('RITM0091004');
    await suspend('client');
    // The answer comes from the cache. Without the second flush, API Gateway would keep it for another 300
    // seconds.
    expect(await call()).toEqual(passes);
    await put('clock', { offsetSeconds: recordCacheSeconds + 2 });
    await vi.waitUntil(
      async () => JSON.stringify(await call()) === JSON.stringify(denied('client_inactive')),
      { timeout: 100_000 },
    );
  });

  test('denies calls when the answers in the cache are too old, where that cannot be flushed', async () => {
    const { call, suspend } = await callingClient('RITM0091005');
    await put('faults', [
      { service: 'apigateway', operation: 'FlushStageAuthorizersCache', mode: 'reject', times: 100 },
    ]);
    const { record, body } = await suspend('client');
    expect(body).toEqual({
      ...record,
      status: 'suspended',
      version: 2,
      changes: expect.any(Array) as unknown,
      cacheFlushed: false,
      decidedWithinSeconds: 310,
    });
    await put('clock', { offsetSeconds: recordCacheSeconds + 10 });
    expect(await call()).toEqual(passes);
    await put('clock', { offsetSeconds: 310 });
    expect(await call()).toEqual(denied('client_inactive'));
  });
});
