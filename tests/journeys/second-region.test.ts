import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createMacKey } from '../../adapters/aws/kms-mac.ts';
import { deriveLink, displayCode, hashOf, type LinkKeys } from '../../core/credentials/links.ts';
import type { MacKey } from '../../core/mac-key.ts';
import { account, region } from '../../local/aws/service.ts';
import { type PickedUpCredentials, pickUp, requestToken } from '../../clients/partner.ts';
import { codeKeyAlias, linkKeyAlias, valueKeyAlias } from '../support/deployed.ts';
import { partnerIdAt } from '../support/partners.ts';
import { awsEnvironment } from '../support/table.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { type HandedOver, onboard, ticketOf } from './onboarded.ts';
import { tableItems } from './records.ts';
import { requestFor } from './requests.ts';

const number = 'RITM0095001';
let twin: TestTwin;
let handedOver: HandedOver;
let credentials: PickedUpCredentials;
/** What a second Region has: replicas of the keys, under aliases of the same names. */
let keys: LinkKeys & { readonly valueKey: MacKey };

beforeAll(async () => {
  twin = await shareTestTwin();
  handedOver = await onboard(twin.urls, requestFor(number));
  credentials = await pickUp(handedOver.link, handedOver.code);
  const keyNamed = (keyId: string) => createMacKey({ keyId, env: awsEnvironment(twin.urls.aws) });
  keys = {
    linkKey: keyNamed(linkKeyAlias),
    codeKey: keyNamed(codeKeyAlias),
    valueKey: keyNamed(valueKeyAlias),
  };
});
afterAll(() => twin.stop());

/** Matches the Region, the account and all ARNs. */
const place = new RegExp(`${region}|\\b${account}\\b|arn:aws`, 'u');
const get = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> => {
  const answer = await fetch(`${twin.urls.gateway}${path}`, { headers });
  expect(answer.status, path).toBe(200);
  return answer.text();
};

describe('ADR 33 a second Region, with a copy of the table and of the keys', () => {
  test("derives the same link, code and API key value, from the onboarding's id alone", async () => {
    const { onboardingId, link, code } = handedOver;
    expect(onboardingId).toBe(`${number}-b2b-onboarding-DEV-1`);
    const derived = await deriveLink(keys, onboardingId, 1);
    expect([`${twin.urls.gateway}/credentials/${derived.token}`, displayCode(derived.code)]).toEqual([
      link,
      code,
    ]);

    const items = await tableItems(twin.urls);
    expect(items.map(({ pk }) => pk)).toContain(`LINK#${hashOf(derived.token)}`);
    const mapping = z
      .object({ apiKey: z.string() })
      .parse(items.find(({ pk, sk }) => pk === `CLIENT#${credentials.client_id}` && sk === 'MAPPING'));
    const value = Buffer.from(await keys.valueKey.generate(`api-key\n${onboardingId}`));
    expect([value.toString('hex'), value.toString('base64url')]).toContain(mapping.apiKey);
  });

  test('finds in the table nothing that names the first: no Region, no account, no ARN', async () => {
    const items = await tableItems(twin.urls);
    expect(items.length).toBeGreaterThan(10);
    expect(
      items
        .filter((item) => place.test(JSON.stringify(item)))
        .map(({ pk, sk }) => `${String(pk)} ${String(sk)}`),
    ).toEqual([]);
  });

  test('serves what was told in the name of the first: ticket, mail, credentials, metadata, keys, and headers to backends', async () => {
    const { accessToken } = await requestToken(credentials);
    const told = {
      ticket: JSON.stringify(await ticketOf(twin.urls, number)),
      mail: JSON.stringify(handedOver.mail),
      credentials: JSON.stringify(credentials),
      metadata: await get('/.well-known/oauth-authorization-server'),
      keys: await get('/.well-known/jwks.json'),
      'to the backend': (
        await get('/apis/credit-reports/reports', {
          authorization: `Bearer ${accessToken}`,
          'x-twin-source-ip': '203.0.113.10',
        })
      ).replaceAll(accessToken, ''),
    };
    for (const [what, text] of Object.entries(told)) expect(text, what).not.toMatch(place);
    const partnerId = await partnerIdAt(twin.urls.aws, `Company of ${number}`);
    expect(told['to the backend']).toContain(`"x-sallyport-partner-id":"${partnerId}"`);
    // The only part that depends on the Region is the pool's id, which a replica of the pool keeps.
    expect(decodeJwt(accessToken).iss?.replace(/^https?:\/\/[^/]+/u, '')).toMatch(
      new RegExp(`^/${region}_\\w+$`, 'u'),
    );
  });
});
