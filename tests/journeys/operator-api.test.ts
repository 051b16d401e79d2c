import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { pickUp } from '../../clients/partner.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { eventually } from '../support/eventually.ts';
import { partnerIdAt } from '../support/partners.ts';
import { shareTestTwin, type TestTwin } from '../support/twin.ts';
import { onboard } from './onboarded.ts';
import {
  done,
  invalid,
  moment,
  nothingProposed,
  notFound,
  operatorOf,
  operatorWith,
  roleNeeded,
  stale,
  wrongStatus,
} from './operator.ts';
import { requestFor } from './requests.ts';
import { problem, type WholeAnswer } from './whole-answer.ts';
import { creditReports, oneOfThe } from '../support/shipped-catalogue.ts';

type Known = Awaited<ReturnType<typeof operatorOf>>;

let twin: TestTwin;
/** An operator, two approvers, and a person with read access only. */
let [ada, grace, mary, victor]: Known[] = [];
interface OnboardedClient {
  readonly clientId: string;
  readonly partnerId: string;
  readonly onboardingId: string;
}
/** A client that no test changes. */
let client: OnboardedClient;

beforeAll(async () => {
  twin = await shareTestTwin();
  const { gateway } = twin.urls;
  [ada, grace, mary, victor] = await Promise.all([
    operatorOf(gateway, 'operator', 'ada'),
    operatorOf(gateway, 'approver', 'grace'),
    operatorOf(gateway, 'approver', 'mary'),
    operatorOf(gateway, 'viewer', 'victor'),
  ]);
  client = await onboardClient('RITM0090001');
});
afterEach(() => fetch(`${twin.urls.gateway}/_twin/faults`, { method: 'DELETE' }));
afterAll(() => twin.stop());

async function onboardClient(number: string): Promise<OnboardedClient> {
  const { onboardingId, link, code } = await onboard(twin.urls, requestFor(number));
  return {
    clientId: (await pickUp(link, code)).client_id,
    partnerId: await partnerIdAt(twin.urls.aws, `Company of ${number}`),
    onboardingId,
  };
}

const as = (who: Known | undefined): Known => {
  if (who === undefined) throw new Error('nobody');
  return who;
};
const told = { cacheFlushed: true, decidedWithinSeconds: 12 };
const change = (who: Known | undefined, why: string, to?: string) => ({
  at: moment,
  by: as(who).mailbox,
  subject: as(who).subject,
  why,
  ...(to !== undefined && { to }),
});
const ownChange = problem(
  403,
  'own_change',
  'It takes another approver: you have changed it since it was last activated.',
);
const bodyOf = ({ body }: WholeAnswer) => body as Readonly<Record<string, unknown>>;

const terms = {
  products: { 'credit-reports': ['credit-reports/read'] },
  ratePlan: 'standard',
  ipRanges: ['198.51.100.0/24'],
  environments: ['DEV'],
  startsAt: '2026-01-01T00:00:00.000Z',
  owner: 'owner@company.example',
  grants: ['client_credentials'],
  resourceServerOf: [],
};

async function draftPartner(name: string): Promise<string> {
  const { status, body } = await as(ada)('POST /operator/partners', { body: { name, why: 'new' } });
  expect(status).toBe(201);
  return z.object({ partnerId: z.uuid() }).parse(body).partnerId;
}

/** Makes an active partner that had another name before. */
async function renamedPartner(before: string, after: string): Promise<string> {
  const partnerId = await draftPartner(before);
  const path = `/operator/partners/${partnerId}`;
  const activate = (ifMatch: string) =>
    as(grace)(`POST ${path}/transitions`, { ifMatch, body: { to: 'active', why: 'checked' } });
  await activate('"1"');
  await as(ada)(`PUT ${path}`, { ifMatch: '"2"', body: { name: after, why: 'renamed' } });
  expect((await activate('"3"')).status).toBe(200);
  return partnerId;
}

describe('OAU-1 a partner', () => {
  const name = 'Ündersea Cables';

  // Threat T-72
  test('lives from draft to its end, and says who changed it, when and why', async () => {
    const first = change(ada, 'agreed by phone', 'draft');
    const answer = await as(ada)('POST /operator/partners', { body: { name, why: 'agreed by phone' } });
    const { partnerId } = z.object({ partnerId: z.uuid() }).parse(answer.body);
    const path = `/operator/partners/${partnerId}`;
    const drafted = { partnerId, name, status: 'draft', version: 1 };
    expect(answer).toEqual(
      done({ ...drafted, changes: [first] }, 1, { location: `partners/${partnerId}` }, 201),
    );
    expect(await as(victor)(`GET ${path}`)).toEqual(done({ ...drafted, changes: [first] }, 1));
    const renamed = {
      ...change(ada, 'a typing mistake'),
      addedNames: ['Undersea Cables'],
      removedNames: [name],
    };
    const named = { ...drafted, name: 'Undersea Cables' };
    expect(
      await as(ada)(`PUT ${path}`, {
        ifMatch: '"1"',
        body: { name: 'Undersea Cables', why: 'a typing mistake' },
      }),
    ).toEqual(done({ ...named, version: 2, changes: [first, renamed] }, 2));
    const steps = [
      ['active', grace],
      ['suspended', ada],
      ['active', grace],
      ['ended', mary],
    ] as const;
    let changes: readonly object[] = [first, renamed];
    for (const [index, [to, who]] of steps.entries()) {
      changes = [...changes, change(who, `step ${index}`, to)];
      const version = index + 3;
      expect(
        await as(who)(`POST ${path}/transitions`, {
          ifMatch: `"${version - 1}"`,
          body: { to, why: `step ${index}` },
        }),
      ).toEqual(done({ ...named, status: to, version, changes, ...told }, version));
    }
    expect(
      await as(grace)(`POST ${path}/transitions`, { ifMatch: '"6"', body: { to: 'active', why: 'back' } }),
    ).toEqual(wrongStatus('ended', []));
    expect(await as(grace)(`PUT ${path}`, { ifMatch: '"6"', body: { name: 'Another', why: 'why' } })).toEqual(
      wrongStatus('ended', []),
    );
  });

  test('is there once', async () => {
    const partnerId = await draftPartner('Twice Ltd');
    expect(await as(ada)('POST /operator/partners', { body: { name: ' twice  LTD', why: 'again' } })).toEqual(
      problem(409, 'exists', 'There is a partner of this name.', { partnerId }),
    );
  });

  test('is drafted once, by several who ask at once', async () => {
    const answers = await Promise.all(
      ['Thrice Ltd', 'THRICE Ltd', 'thrice  ltd'].map((each) =>
        as(ada)('POST /operator/partners', { body: { name: each, why: 'new' } }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const ids = answers.map(({ body }) => z.object({ partnerId: z.uuid() }).parse(body).partnerId);
    expect(new Set(ids).size).toBe(1);
  });

  test('is found by its name, and by the names that it had', async () => {
    const find = async (each: string) =>
      bodyOf(await as(victor)(`GET /operator/partners?name=${encodeURIComponent(each)}`));
    const partnerId = await renamedPartner('Before Ltd', 'After Ltd');
    for (const each of ['Before Ltd', 'before\u200b LTD', 'After Ltd']) {
      expect(await find(each)).toEqual({
        items: [
          {
            partnerId,
            name: 'After Ltd',
            formerNames: ['Before Ltd'],
            status: 'active',
            version: 4,
            changes: expect.any(Array) as unknown,
          },
        ],
      });
    }
    expect(await find('Nobody Ltd')).toEqual({ items: [] });
  });

  test('keeps its names: no other partner gets one, not even by renaming, and nothing changes', async () => {
    const partnerId = await renamedPartner('Kept Ltd', 'Kept and Sons Ltd');
    const other = await draftPartner('Other Ltd');
    for (const taken of ['Kept Ltd', 'kept and sons ltd']) {
      expect(
        await as(ada)(`PUT /operator/partners/${other}`, {
          ifMatch: '"1"',
          body: { name: taken, why: 'a mistake' },
        }),
      ).toEqual(
        problem(409, 'name_taken', 'Another partner has, or had, this name.', { partnerId, name: taken }),
      );
      expect(await as(ada)('POST /operator/partners', { body: { name: taken, why: 'a mistake' } })).toEqual(
        problem(409, 'exists', 'There is a partner of this name.', { partnerId }),
      );
    }
    expect(bodyOf(await as(victor)(`GET /operator/partners/${other}`))).toEqual({
      partnerId: other,
      name: 'Other Ltd',
      status: 'draft',
      version: 1,
      changes: expect.any(Array) as unknown,
    });
    expect(
      bodyOf(
        await as(grace)(`PUT /operator/partners/${partnerId}`, {
          ifMatch: '"4"',
          body: { name: 'KEPT Ltd', why: 'back' },
        }),
      ),
    ).toEqual({
      partnerId,
      name: 'KEPT Ltd',
      formerNames: ['Kept and Sons Ltd'],
      status: 'active',
      version: 5,
      changes: expect.any(Array) as unknown,
      ...told,
    });
  });

  test('has a name that can be seen', async () => {
    expect(await as(ada)('POST /operator/partners', { body: { name: '\u200b\u3164', why: 'new' } })).toEqual(
      invalid(
        { path: '/name', code: 'invalid', allowed: 'At least one visible character.' },
        {
          path: '/name',
          code: 'invalid',
          allowed:
            'No characters that cannot be seen, except joiners in writing that needs them. Found U+200B at character 1, U+3164 at character 2.',
        },
      ),
    );
    expect(
      await as(ada)('POST /operator/partners', { body: { name: 'www.acme.example', why: 'new' } }),
    ).toEqual(
      invalid({
        path: '/name',
        code: 'invalid',
        allowed: 'A name without the address of a page or a mailbox, such as https://, www. or name@domain.',
      }),
    );
  });

  test('is the one that an onboarding under its name belongs to', async () => {
    expect(await as(victor)(`GET /operator/partners/${client.partnerId}`)).toEqual(
      done(
        {
          partnerId: client.partnerId,
          name: 'Company of RITM0090001',
          status: 'active',
          version: 1,
          changes: [
            { at: moment, by: expect.any(String) as string, why: expect.any(String) as string, to: 'active' },
          ],
        },
        1,
      ),
    );
  });
});

describe('OAU-1 a contract', () => {
  const contractId = 'C-2026.001';
  const path = `/operator/contracts/${contractId}`;

  test('has its terms checked, kept in one form, and put in force by somebody else', async () => {
    const partnerId = await draftPartner('Contract Ltd');
    const record = { contractId, partnerId, ...terms };
    const first = change(ada, 'signed', 'draft');
    expect(
      await as(ada)('POST /operator/contracts', {
        body: {
          contractId,
          partnerId,
          ...terms,
          ipRanges: ['198.51.100.7', '198.51.100.0/24'],
          startsAt: '2026-01-01T01:00:00+01:00',
          grants: ['client_credentials', 'client_credentials'],
          why: 'signed',
        },
      }),
    ).toEqual(
      done(
        { ...record, status: 'draft', version: 1, changes: [first] },
        1,
        { location: `contracts/${contractId}` },
        201,
      ),
    );
    const longer = change(ada, 'a year');
    const endsAt = '2027-01-01T00:00:00.000Z';
    expect(
      await as(ada)(`PUT ${path}`, { ifMatch: '"1"', body: { ...terms, endsAt, why: 'a year' } }),
    ).toEqual(done({ ...record, endsAt, status: 'draft', version: 2, changes: [first, longer] }, 2));
    expect(
      await as(ada)(`POST ${path}/transitions`, { ifMatch: '"2"', body: { to: 'active', why: 'go' } }),
    ).toEqual(roleNeeded('approver'));
    const on = change(grace, 'seen', 'active');
    expect(
      await as(grace)(`POST ${path}/transitions`, { ifMatch: '"2"', body: { to: 'active', why: 'seen' } }),
    ).toEqual(
      done({ ...record, endsAt, status: 'active', version: 3, changes: [first, longer, on], ...told }, 3),
    );
    // The contract is in force, so changed terms change permissions immediately.
    expect(await as(ada)(`PUT ${path}`, { ifMatch: '"3"', body: { ...terms, why: 'no end' } })).toEqual(
      roleNeeded('approver'),
    );
    const endless = change(mary, 'no end');
    expect(await as(mary)(`PUT ${path}`, { ifMatch: '"3"', body: { ...terms, why: 'no end' } })).toEqual(
      done({ ...record, status: 'active', version: 4, changes: [first, longer, on, endless], ...told }, 4),
    );
    const off = change(ada, 'a doubt', 'suspended');
    expect(
      await as(ada)(`POST ${path}/transitions`, {
        ifMatch: '"4"',
        body: { to: 'suspended', why: 'a doubt' },
      }),
    ).toEqual(
      done(
        { ...record, status: 'suspended', version: 5, changes: [first, longer, on, endless, off], ...told },
        5,
      ),
    );
    expect(
      await as(mary)(`POST ${path}/transitions`, { ifMatch: '"5"', body: { to: 'active', why: 'go' } }),
    ).toEqual(ownChange);
  });

  test('is refused with every fault at once', async () => {
    expect(
      await as(ada)('POST /operator/contracts', {
        body: {
          contractId: 'C-2',
          partnerId: 'nobody',
          products: { nothing: ['x'], 'credit-reports': ['credit-reports/all'] },
          ratePlan: 'gold',
          ipRanges: ['0.0.0.0/0'],
          environments: [],
          startsAt: 'yesterday',
          endsAt: '2026-01-01',
          owner: 'nobody',
          grants: ['password'],
          resourceServerOf: ['nothing'],
          why: 'signed',
        },
      }),
    ).toEqual(
      invalid(
        { path: '/partnerId', code: 'unknown_partner', allowed: 'The id of a partner that has not ended.' },
        {
          path: '/products/nothing',
          code: 'unknown_product',
          allowed: oneOfThe('products'),
        },
        {
          path: '/products/credit-reports/0',
          code: 'unknown_scope',
          allowed: `One of: ${Object.keys(creditReports.scopes).join(', ')}.`,
        },
        { path: '/ratePlan', code: 'unknown_rate_plan', allowed: oneOfThe('ratePlans') },
        { path: '/ipRanges', code: 'ip_too_wide', allowed: expect.any(String) as string },
        { path: '/environments', code: 'required', allowed: 'At least one of: DEV, UAT, PROD.' },
        { path: '/startsAt', code: 'not_a_moment', allowed: expect.any(String) as string },
        { path: '/endsAt', code: 'not_a_moment', allowed: expect.any(String) as string },
        { path: '/owner', code: 'not_an_address', allowed: expect.any(String) as string },
        {
          path: '/password',
          code: 'required',
          allowed: 'With the grant password: an owner, and the sunset from which on it is refused.',
        },
        {
          path: '/resourceServerOf/0',
          code: 'unknown_product',
          allowed: oneOfThe('products'),
        },
      ),
    );
  });

  test('has the shape of a contract, or every fault is named', async () => {
    expect(
      await as(ada)('POST /operator/contracts', {
        body: {
          ...terms,
          contractId: '../1',
          products: [],
          ratePlan: 7,
          environments: ['MOON'],
          grants: ['implicit'],
          endsAt: null,
          password: { owner: 'a@b.example', until: 1 },
          resourceServerOf: undefined,
          why: ' ',
          extra: 1,
        },
      }),
    ).toEqual(
      invalid(
        {
          path: '/contractId',
          code: 'wrong_format',
          allowed: '1 to 100 letters, digits, dots, hyphens and underscores, the first a letter or digit.',
        },
        { path: '/partnerId', code: 'required', allowed: 'This member has to be there.' },
        { path: '/products', code: 'wrong_type', allowed: 'A value of type record.' },
        { path: '/ratePlan', code: 'wrong_type', allowed: 'A value of type string.' },
        { path: '/environments/0', code: 'not_one_of_these', allowed: 'One of: DEV, UAT, PROD.' },
        { path: '/endsAt', code: 'wrong_type', allowed: 'A value of type string.' },
        {
          path: '/grants/0',
          code: 'not_one_of_these',
          allowed:
            'One of: client_credentials, password, urn:ietf:params:oauth:grant-type:jwt-bearer, urn:ietf:params:oauth:grant-type:token-exchange, authorization_code.',
        },
        { path: '/password/sunset', code: 'required', allowed: 'This member has to be there.' },
        { path: '/password/until', code: 'unknown_member', allowed: 'There is no member of this name.' },
        { path: '/resourceServerOf', code: 'required', allowed: 'This member has to be there.' },
        {
          path: '/why',
          code: 'wrong_format',
          allowed: 'One line that is not blank, without control characters.',
        },
        { path: '/extra', code: 'unknown_member', allowed: 'There is no member of this name.' },
      ),
    );
  });

  test('X-7 has the password grant with an owner and a sunset', async () => {
    const partnerId = await draftPartner('Password Ltd');
    const lane = {
      grants: ['password'],
      password: { owner: 'legacy@company.example', sunset: '2026-12-31T00:00:00.000Z' },
    };
    expect(
      await as(ada)('POST /operator/contracts', {
        body: { contractId: 'P-1', partnerId, ...terms, ...lane, why: 'until they can' },
      }),
    ).toEqual(
      done(
        {
          contractId: 'P-1',
          partnerId,
          ...terms,
          ...lane,
          status: 'draft',
          version: 1,
          changes: [change(ada, 'until they can', 'draft')],
        },
        1,
        { location: 'contracts/P-1' },
        201,
      ),
    );
  });
});

describe('OAU-2 a client', () => {
  const shown = ({ clientId, partnerId, onboardingId }: OnboardedClient) => ({
    clientId,
    partnerId,
    contractId: `${partnerId}.credit-reports`,
    product: 'credit-reports',
    onboardingId,
    scopes: ['credit-reports/read'],
    ipRanges: ['198.51.100.0/24', '203.0.113.10', '2001:db8:7::/48'],
  });
  const made = ({ onboardingId }: OnboardedClient) => ({
    at: moment,
    by: onboardingId,
    why: expect.any(String) as string,
    to: 'active',
  });

  // Threat T-73
  test('is listed and shown, but for the value of its API key', async () => {
    const expected = { ...shown(client), status: 'active', version: 1, changes: [made(client)] };
    expect(await as(victor)(`GET /operator/clients?partnerId=${client.partnerId}`)).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: { items: [expected] },
    });
    expect(await as(victor)(`GET /operator/clients/${client.clientId}`)).toEqual(
      done({ ...expected, keys: [], uses: [] }, 1),
    );
  });

  test('gets the keys that it authenticates with, and loses them', async () => {
    const changed = await onboardClient('RITM0090002');
    const path = `/operator/clients/${changed.clientId}`;
    const jwk = await exportJWK((await generateKeyPair('ES256')).publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    const first = { ...change(ada, 'sent by their admin'), proposal: 'made', keys: [kid] };
    const key = { ...jwk, kid: 'k1', alg: 'ES256', use: 'sig' };
    expect(
      await as(ada)(`PUT ${path}/keys`, {
        ifMatch: '"1"',
        body: {
          upload: { kind: 'jwks', document: { keys: [{ ...jwk, kid: 'k1' }] } },
          why: 'sent by their admin',
        },
      }),
    ).toEqual(
      done(
        {
          ...shown(changed),
          status: 'active',
          version: 2,
          changes: [made(changed), first],
          proposed: { keys: [key] },
          warnings: [],
          operatorsTold: true,
        },
        2,
      ),
    );
    expect(bodyOf(await as(victor)(`GET ${path}`))).toMatchObject({ keys: [], proposed: { keys: [key] } });
    const approval = { ...change(grace, 'compared by phone', 'active'), proposal: 'approved' };
    expect(
      await as(grace)(`POST ${path}/transitions`, {
        ifMatch: '"2"',
        body: { to: 'active', why: 'compared by phone' },
      }),
    ).toEqual(
      done(
        {
          ...shown(changed),
          status: 'active',
          version: 3,
          changes: [made(changed), first, approval],
          ...told,
        },
        3,
      ),
    );
    expect(bodyOf(await as(victor)(`GET ${path}`))['keys']).toEqual([key]);
    expect(
      await as(ada)(`PUT ${path}/keys`, {
        ifMatch: '"3"',
        body: { upload: { kind: 'jwks', document: { keys: [{ ...jwk, d: 'secret' }] } }, why: 'mine' },
      }),
    ).toEqual(invalid({ path: '/upload', code: 'private_key', allowed: expect.any(String) as string }));
    expect(await as(ada)(`DELETE ${path}/keys?why=stolen`, { ifMatch: '"3"' })).toEqual(
      done(
        {
          ...shown(changed),
          status: 'active',
          version: 4,
          changes: [made(changed), first, approval, change(ada, 'stolen')],
          ...told,
        },
        4,
      ),
    );
    expect(bodyOf(await as(victor)(`GET ${path}`))['keys']).toEqual([]);
    expect(await as(ada)(`DELETE ${path}/keys`, { ifMatch: '"4"' })).toEqual(
      problem(400, 'invalid_query', 'The query breaks the rules listed in errors.', {
        errors: [{ path: '?why', code: 'required', allowed: 'This member has to be there.' }],
      }),
    );
  });
});

describe('JWT-1 an issuer', () => {
  const issuer = 'https://portal.acme.example/oauth?tenant=1';
  const issuerId = Buffer.from(issuer).toString('base64url');
  const path = `/operator/issuers/${issuerId}`;
  const settings = () => ({
    clientId: client.clientId,
    audiences: ['urn:sallyport'],
    principalClaim: 'sub',
    longestLife: 300,
    uses: ['assertion', 'bearer'],
  });
  const record = () => ({ issuerId, issuer, partnerId: client.partnerId, ...settings() });
  let published: Served;
  let keySet: unknown;
  beforeAll(async () => {
    published = await serve({ fetch: () => Response.json(keySet) }, 0);
  });
  afterAll(() => published.close());

  // Threat T-70
  test('JWT-2 is a draft, gets keys that a sample is checked with, and is switched on by somebody else', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1' };
    const signed = async (aud: string) =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setIssuer(issuer)
        .setSubject('dana.li')
        .setAudience(aud)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey);
    const key = {
      kid: 'k1',
      thumbprint: expect.any(String) as string,
      algorithm: 'ES256',
      jwk: expect.objectContaining({ kty: 'EC' }) as unknown,
    };
    const first = change(ada, 'their portal', 'draft');

    expect(
      await as(ada)('POST /operator/issuers', {
        body: { issuer, partnerId: client.partnerId, ...settings(), why: 'their portal' },
      }),
    ).toEqual(
      done(
        { ...record(), keys: [], status: 'draft', version: 1, changes: [first] },
        1,
        { location: `issuers/${issuerId}` },
        201,
      ),
    );
    const upload = { kind: 'jwks', document: { keys: [jwk] } };
    expect(
      await as(ada)(`POST ${path}/keys`, {
        ifMatch: '"1"',
        body: { upload, sample: await signed('urn:elsewhere'), why: 'their key' },
      }),
    ).toEqual(
      invalid({
        path: '/sample',
        code: 'audience',
        allowed: 'The audience of the token is none of those that are registered for its issuer.',
      }),
    );
    const added = change(ada, 'their key');
    expect(
      await as(ada)(`POST ${path}/keys`, {
        ifMatch: '"1"',
        body: { upload, sample: await signed('urn:sallyport'), why: 'their key' },
      }),
    ).toEqual(
      done(
        { ...record(), keys: [key], status: 'draft', version: 2, changes: [first, added], warnings: [] },
        2,
      ),
    );
    expect(await as(ada)(`POST ${path}/keys`, { ifMatch: '"2"', body: { upload, why: 'again' } })).toEqual(
      invalid({ path: '/upload', code: 'duplicate_key', allowed: expect.any(String) as string }),
    );

    const checked = {
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      status: 200,
    };
    expect(await as(ada)(`POST ${path}/checks`, { body: { token: await signed('urn:sallyport') } })).toEqual({
      ...checked,
      body: { accepted: true, principal: 'dana.li', kid: 'k1', expiresAt: moment },
    });
    expect(await as(ada)(`POST ${path}/checks`, { body: { token: 'a.b.c' } })).toEqual({
      ...checked,
      body: { accepted: false, rule: 'malformed', why: expect.any(String) as string },
    });

    const on = change(grace, 'seen', 'active');
    expect(
      await as(grace)(`POST ${path}/transitions`, { ifMatch: '"2"', body: { to: 'active', why: 'seen' } }),
    ).toEqual(
      done(
        { ...record(), keys: [key], status: 'active', version: 3, changes: [first, added, on], ...told },
        3,
      ),
    );
    expect(
      await as(ada)(`PUT ${path}`, {
        ifMatch: '"3"',
        body: { ...settings(), longestLife: 900, why: 'longer' },
      }),
    ).toEqual(roleNeeded('approver'));
    const longer = change(mary, 'longer');
    expect(
      await as(mary)(`PUT ${path}`, {
        ifMatch: '"3"',
        body: { ...settings(), longestLife: 900, why: 'longer' },
      }),
    ).toEqual(
      done(
        {
          ...record(),
          longestLife: 900,
          keys: [key],
          status: 'active',
          version: 4,
          changes: [first, added, on, longer],
          ...told,
        },
        4,
      ),
    );
    const {
      keys: [{ thumbprint } = { thumbprint: '' }],
    } = bodyOf(await as(victor)(`GET ${path}`)) as {
      readonly keys: readonly { readonly thumbprint: string }[];
    };
    const gone = change(ada, 'stolen');
    expect(await as(ada)(`DELETE ${path}/keys/${thumbprint}?why=stolen`, { ifMatch: '"4"' })).toEqual(
      done(
        {
          ...record(),
          longestLife: 900,
          keys: [],
          status: 'active',
          version: 5,
          changes: [first, added, on, longer, gone],
          ...told,
        },
        5,
      ),
    );
    expect(await as(ada)(`DELETE ${path}/keys/${thumbprint}?why=stolen`, { ifMatch: '"5"' })).toEqual(
      problem(
        404,
        'not_found',
        'The issuer has no key with this thumbprint. Keys that are only proposed go with the proposal.',
      ),
    );
    expect(await as(ada)(`DELETE ${path}/proposal?why=none`, { ifMatch: '"5"' })).toEqual(nothingProposed);
    const nobody = `/operator/issuers/${Buffer.from('https://nobody.example').toString('base64url')}`;
    expect(await as(ada)(`DELETE ${nobody}/proposal?why=none`, { ifMatch: '"5"' })).toEqual(notFound);
  });

  test('gets keys from a keystore, whose password is kept nowhere; from PEM; from an address', async () => {
    const iss = 'urn:example:keystores';
    const at = `/operator/issuers/${Buffer.from(iss).toString('base64url')}`;
    await as(ada)('POST /operator/issuers', {
      body: { issuer: iss, partnerId: client.partnerId, ...settings(), why: 'new' },
    });
    const keysOf = (answer: WholeAnswer) =>
      (bodyOf(answer)['keys'] as readonly { readonly kid: string; readonly fromUrl?: boolean }[]).map(
        ({ kid, fromUrl }) => [kid, fromUrl],
      );
    const keystore = {
      kind: 'pkcs12',
      file: readFileSync('tests/support/keys/legacy.p12').toString('base64'),
      alias: 'acme-signing',
    };
    const wrong = await as(ada)(`POST ${at}/keys`, {
      ifMatch: '"1"',
      body: { upload: { ...keystore, password: 'Wr0ng-password' }, why: 'new' },
    });
    expect(wrong).toEqual(
      invalid({ path: '/upload', code: 'wrong_password', allowed: expect.any(String) as string }),
    );
    const pem = readFileSync('tests/support/keys/rsa.pem', 'utf8');
    expect(
      keysOf(
        await as(ada)(`POST ${at}/keys`, {
          ifMatch: '"1"',
          body: { upload: { kind: 'pem', text: pem, kid: 'pem-1' }, why: 'new' },
        }),
      ),
    ).toEqual([['pem-1', undefined]]);
    keySet = { keys: [{ ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: 'u1' }] };
    const byUrl = await as(ada)(`POST ${at}/keys`, {
      ifMatch: '"2"',
      body: { upload: { kind: 'jwksUrl', url: `${published.url}/keys` }, why: 'published' },
    });
    expect(keysOf(byUrl)).toEqual([
      ['pem-1', undefined],
      ['u1', true],
    ]);
    expect(bodyOf(byUrl)['jwksUrl']).toBe(`${published.url}/keys`);
    expect(
      await as(ada)(`POST ${at}/keys`, {
        ifMatch: '"3"',
        body: { upload: { kind: 'jwksUrl', url: 'http://example.com/keys' }, why: 'published' },
      }),
    ).toEqual(
      invalid({ path: '/upload', code: 'bad_address', allowed: 'The address must begin with https://.' }),
    );
    expect(
      await as(ada)(`POST ${at}/keys`, {
        ifMatch: '"3"',
        body: { upload: { kind: 'carrier-pigeon' }, why: 'new' },
      }),
    ).toEqual(
      invalid({
        path: '/upload/kind',
        code: 'not_one_of_these',
        allowed: 'One of: pkcs12, pem, jwks, jwksUrl.',
      }),
    );
    expect(twin.log()).not.toContain('Wr0ng-password');
  });

  test('is nobody whose tokens are checked in another way, and acts as a client of its partner', async () => {
    const draft = { partnerId: client.partnerId, ...settings(), why: 'mine' };
    for (const own of [
      twin.urls.gateway,
      `${twin.urls.aws}/eu-west-1_sallyport`,
      `${twin.urls.aws}/eu-west-1_operators`,
    ]) {
      expect(await as(ada)('POST /operator/issuers', { body: { ...draft, issuer: own } })).toEqual(
        invalid({ path: '/issuer', code: 'own_issuer', allowed: "An issuer of somebody else's." }),
      );
    }
    expect(
      await as(ada)('POST /operator/issuers', {
        body: { ...draft, issuer: 'https://a.example', partnerId: 'another', uses: ['session'] },
      }),
    ).toEqual(
      invalid({
        path: '/clientId',
        code: 'unknown_client',
        allowed: 'A client of the same partner that has not ended.',
      }),
    );
    expect(
      await as(ada)('POST /operator/issuers', {
        body: {
          ...draft,
          issuer: 'https://a.example',
          uses: ['session'],
          sessionPage: 'https://evil.example/',
        },
      }),
    ).toEqual(
      invalid({
        path: '/sessionPage',
        code: 'not_a_page',
        allowed: `A page below ${twin.urls.gateway}, without a query.`,
      }),
    );
  });
});

describe('lists', () => {
  test('come in pages, each with the address of the next', async () => {
    const partnerId = await draftPartner('Pages Ltd');
    for (const contractId of ['L-1', 'L-2', 'L-3']) {
      await as(ada)('POST /operator/contracts', {
        body: { contractId, partnerId, ...terms, why: 'one of three' },
      });
    }
    const idsOf = (answer: WholeAnswer) =>
      (bodyOf(answer)['items'] as readonly { readonly contractId: string }[]).map(
        ({ contractId }) => contractId,
      );
    const first = await as(victor)(`GET /operator/contracts?partnerId=${partnerId}&limit=2`);
    const next = encodeURIComponent(`${partnerId}/L-2`);
    expect(first.headers).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      link: `<?limit=2&partnerId=${partnerId}&after=${next}>; rel="next"`,
    });
    expect([idsOf(first), bodyOf(first)['next']]).toEqual([['L-1', 'L-2'], `${partnerId}/L-2`]);
    const second = await as(victor)(`GET /operator/contracts?limit=2&partnerId=${partnerId}&after=${next}`);
    expect(second.headers).toEqual({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect([idsOf(second), bodyOf(second)['next']]).toEqual([['L-3'], undefined]);
  });

  test('are searched by status and by a part of the name, page by page', async () => {
    const partnerId = await draftPartner('Searched Ltd');
    for (const contractId of ['Find-1', 'Other-2', 'find-3', 'Find-4']) {
      await as(ada)('POST /operator/contracts', {
        body: { contractId, partnerId, ...terms, why: 'one of four' },
      });
    }
    await as(grace)('POST /operator/contracts/find-3/transitions', {
      ifMatch: '"1"',
      body: { to: 'active', why: 'seen' },
    });
    const list = async (query: string) => {
      const { items, next } = bodyOf(
        await as(victor)(`GET /operator/contracts?partnerId=${partnerId}&${query}`),
      ) as { readonly items: readonly { readonly contractId: string }[]; readonly next?: string };
      return [items.map(({ contractId }) => contractId), next];
    };
    expect(await list('contains=FIND')).toEqual([['Find-1', 'Find-4', 'find-3'], undefined]);
    expect(await list('contains=find&limit=2')).toEqual([['Find-1', 'Find-4'], `${partnerId}/Find-4`]);
    expect(await list(`contains=find&limit=2&after=${partnerId}%2FFind-4`)).toEqual([['find-3'], undefined]);
    expect(await list('status=active')).toEqual([['find-3'], undefined]);
    expect(await list('status=draft&contains=find')).toEqual([['Find-1', 'Find-4'], undefined]);
    const partners = bodyOf(await as(victor)('GET /operator/partners?status=draft&contains=SEARCHED'));
    expect(partners).toMatchObject({ items: [{ partnerId }] });
    expect(bodyOf(await as(victor)('GET /operator/partners?name=Searched%20Ltd&status=active'))).toEqual({
      items: [],
    });
    expect(bodyOf(await as(victor)(`GET /operator/clients?contains=${client.clientId}`))).toMatchObject({
      items: [{ clientId: client.clientId }],
    });
    expect(bodyOf(await as(victor)('GET /operator/issuers?contains=no-such-issuer'))).toEqual({ items: [] });
  });

  test.each([
    [
      'status=on',
      {
        path: '?status',
        code: 'not_one_of_these',
        allowed: 'One of: draft, active, suspended, ended.',
      },
    ],
    ['limt=3', { path: '?limt', code: 'unknown_member', allowed: 'There is no member of this name.' }],
    ['limit=0', { path: '?limit', code: 'too_small', allowed: 'At least 1.' }],
    ['limit=101', { path: '?limit', code: 'too_large', allowed: 'At most 100.' }],
    ['limit=ten', { path: '?limit', code: 'wrong_format', allowed: 'A number from 1 to 100.' }],
    ['limit=1&limit=2', { path: '?limit', code: 'repeated', allowed: 'Once.' }],
    ['after=', { path: '?after', code: 'too_small', allowed: 'At least 1 characters.' }],
  ])('?%s is refused', async (query, fault) => {
    expect(await as(victor)(`GET /operator/contracts?${query}`)).toEqual(
      problem(400, 'invalid_query', 'The query breaks the rules listed in errors.', { errors: [fault] }),
    );
  });
});

describe.each([
  'partners',
  'partners?name=Acme',
  'contracts',
  'clients',
  'users',
  'issuers',
  'contracts?partnerId=another',
])('the list %s', (list) => {
  test.each<[what: string, after: string, shown: string]>([
    ['a word', 'zzz', '"zzz"'],
    ['half a place', 'acme/', '"acme/"'],
    ['no partner', '/client-1', '"/client-1"'],
    ['a sealed text', 'eyJwayI6IngifQ==', '"eyJwayI6IngifQ=="'],
    ['control characters', '\u0000\n', String.raw`"\u0000\n"`],
    ['more than the store takes', `acme/${'ä'.repeat(600)}`, `"acme/${'ä'.repeat(95)}"`],
    ...(list.includes('partnerId')
      ? [['a place among others', 'acme/L-1', '"acme/L-1"'] satisfies [string, string, string]]
      : []),
  ])('begins at no place that is %s', async (_what, after, shown) => {
    const path = `/operator/${list}${list.includes('?') ? '&' : '?'}after=${encodeURIComponent(after)}`;
    expect(await as(victor)(`GET ${path}`)).toEqual(
      problem(400, 'invalid_query', 'The query breaks the rules listed in errors.', {
        errors: [
          {
            path: '?after',
            code: 'wrong_format',
            allowed: `${shown} is no place in this list. Leave after out, or send the next of the page before, with the same filters.`,
          },
        ],
      }),
    );
  });
});

describe('a change', () => {
  // Threat T-71
  test('of two who have read the same, one is made and one is told', async () => {
    const path = `/operator/partners/${await draftPartner('Race Ltd')}`;
    const answers = await Promise.all(
      ['One', 'Two', 'Three', 'Four'].map((name) =>
        as(ada)(`PUT ${path}`, { ifMatch: '"1"', body: { name, why: 'mine' } }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412]);
    for (const answer of answers.filter(({ status }) => status === 412)) expect(answer).toEqual(stale);
    expect(bodyOf(await as(victor)(`GET ${path}`))).toEqual(
      answers.find(({ status }) => status === 200)?.body,
    );
  });

  test('needs If-Match: a strong tag of the record as it is, one of several, or *', async () => {
    const path = `/operator/partners/${await draftPartner('Match Ltd')}`;
    const put = (ifMatch?: string, name = 'MATCH Ltd') =>
      as(ada)(`PUT ${path}`, {
        ...(ifMatch !== undefined && { ifMatch }),
        body: { name, why: 'their spelling' },
      });
    expect(await put()).toEqual(
      problem(
        428,
        'if_match_needed',
        'A change needs If-Match with the ETag of the record that it is meant for.',
      ),
    );
    expect(await put('1')).toEqual(
      problem(400, 'malformed_if_match', 'If-Match is a list of entity tags, such as "3", or *.'),
    );
    for (const tag of ['"0"', 'W/"1"', '"2"', '""']) expect(await put(tag), tag).toEqual(stale);
    expect((await put('"7", "1"')).status).toBe(200);
    expect((await put('*', 'Match LTD')).headers['etag']).toBe('"3"');
  });

  // Threat T-71
  test('sends back what was read: members that it cannot change are accepted as they are, and refused otherwise', async () => {
    const partnerId = await draftPartner('Round Trip Ltd');
    await as(ada)('POST /operator/contracts', {
      body: { contractId: 'RT-1', partnerId, ...terms, endsAt: '2029-01-01T00:00:00.000Z', why: 'signed' },
    });
    const issuer = 'https://round-trip.example';
    const issuerId = Buffer.from(issuer).toString('base64url');
    await as(ada)('POST /operator/issuers', {
      body: {
        issuer,
        partnerId: client.partnerId,
        clientId: client.clientId,
        audiences: ['urn:sallyport'],
        principalClaim: 'sub',
        uses: ['bearer'],
        why: 'new',
      },
    });
    const readOnly = (member: string) => ({
      path: `/${member}`,
      code: 'read_only',
      allowed: 'As it was read, or left out: it cannot be changed here.',
    });
    for (const [path, edited, fixed, more] of [
      [`/operator/partners/${partnerId}`, { name: 'Round Trips Ltd' }, ['partnerId', 'status'], {}],
      [
        '/operator/contracts/RT-1',
        { owner: 'another@company.example' },
        ['contractId', 'partnerId', 'changes'],
        {},
      ],
      [`/operator/issuers/${issuerId}`, { longestLife: 600 }, ['issuer', 'keys', 'version'], {}],
    ] as const) {
      const read = await as(ada)(`GET ${path}`);
      const ifMatch = read.headers['etag'] ?? '';
      const put = (body: object, match = ifMatch) =>
        as(ada)(`PUT ${path}`, {
          ifMatch: match,
          body: { ...bodyOf(read), ...edited, ...body, why: 'edited' },
        });
      for (const member of fixed) {
        expect(await put({ [member]: 'another' }), member).toEqual(invalid(readOnly(member)));
      }
      expect((await put({ nothing: 1 })).status).toBe(422);
      const changed = await put({});
      expect([changed.status, bodyOf(changed)]).toEqual([
        200,
        { ...bodyOf(read), ...edited, ...more, version: 2, changes: expect.any(Array) as unknown },
      ]);
      // The version that was read is no longer the present one, so its members are not compared.
      expect(await put({})).toEqual(stale);
    }
    expect(bodyOf(await as(ada)(`GET /operator/issuers/${issuerId}`))['longestLife']).toBe(600);
  });

  test.each([
    [
      'too much',
      { body: JSON.stringify({ name: 'x'.repeat(65_536), why: 'much' }) },
      problem(413, 'too_large', 'The body is larger than 64 KB.'),
    ],
    ['no JSON', { body: '{"name":' }, problem(400, 'malformed', 'The body is not a JSON object.')],
    ['a list', { body: [] }, problem(400, 'malformed', 'The body is not a JSON object.')],
    [
      'a form',
      { body: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      problem(415, 'not_json', 'The body has to be application/json.', {}, { accept: 'application/json' }),
    ],
    [
      'nothing',
      {},
      problem(415, 'not_json', 'The body has to be application/json.', {}, { accept: 'application/json' }),
    ],
  ])('is JSON of 64 KB at most: %s', async (_, sent, refusal) => {
    expect(await as(ada)('POST /operator/partners', sent)).toEqual(refusal);
  });

  test.each([
    'partners/nobody',
    'contracts/none',
    'clients/none',
    'issuers/bm9uZQ',
    'issuers/bm9uZQ==',
    'partners/a%20b',
  ])('%s is nothing', async (what) => {
    const answer = await as(victor)(`GET /operator/${what}`);
    expect([answer.status, bodyOf(answer)['code']]).toEqual([404, 'not_found']);
  });
});

describe('who may', () => {
  // Threat T-69
  test("nobody may anything without a token of the operators' pool", async () => {
    const refused = (more: string) =>
      problem(
        401,
        'unauthorized',
        "An operator's access token is needed, as Bearer.",
        {},
        { 'www-authenticate': `Bearer realm="sallyport operators"${more}` },
      );
    const { gateway } = twin.urls;
    expect(await operatorWith(gateway, {})('GET /operator/partners')).toEqual(refused(''));
    for (const authorization of [
      'Bearer x',
      'Basic eDp5',
      `Bearer ${as(ada).token}x`,
      `Bearer ${as(ada).token}, Bearer ${as(ada).token}`,
    ]) {
      expect(await operatorWith(gateway, { authorization })('GET /operator/partners'), authorization).toEqual(
        refused(', error="invalid_token"'),
      );
    }
  });

  // Threat T-70
  test('a viewer looks, an operator changes and stops, an approver puts in force and ends', async () => {
    const path = `/operator/partners/${await draftPartner('Roles Ltd')}`;
    const to = (status: string, ifMatch = '*') => ({ ifMatch, body: { to: status, why: 'roles' } });
    expect(await as(victor)('POST /operator/partners', { body: { name: 'Mine', why: 'mine' } })).toEqual(
      roleNeeded('operator'),
    );
    expect(await as(victor)(`POST ${path}/transitions`, to('suspended'))).toEqual(roleNeeded('operator'));
    expect(await as(ada)(`POST ${path}/transitions`, to('active'))).toEqual(roleNeeded('approver'));
    expect(await as(ada)(`POST ${path}/transitions`, to('ended'))).toEqual(roleNeeded('approver'));
    for (const several of ['*', '"1", "2"']) {
      expect(await as(grace)(`POST ${path}/transitions`, to('active', several)), several).toEqual(
        problem(
          428,
          'version_needed',
          'An activation needs If-Match with one ETag, that of the record as you have read it.',
        ),
      );
    }
    expect((await as(grace)(`POST ${path}/transitions`, to('active', '"1"'))).status).toBe(200);
    expect((await as(ada)(`POST ${path}/transitions`, to('suspended'))).status).toBe(200);
    expect(await as(ada)(`POST ${path}/transitions`, to('active'))).toEqual(roleNeeded('approver'));
  });

  // Threat T-72
  test('nobody may anything whose mailbox is not verified, because changes are recorded by it', async () => {
    const answer = await fetch(`${twin.urls.gateway}/_twin/operator-tokens`, {
      method: 'POST',
      body: JSON.stringify({ role: 'approver', name: 'eve', emailVerified: false }),
    });
    const { access_token: token } = z.object({ access_token: z.string() }).parse(await answer.json());
    const eve = operatorWith(twin.urls.gateway, { authorization: `Bearer ${token}` });
    for (const [route, body] of [
      ['GET /operator/partners', undefined],
      ['POST /operator/partners', { name: 'Company of Eve', why: 'new' }],
    ] as const) {
      expect(await eve(route, { body }), route).toEqual(
        problem(
          403,
          'mailbox_not_verified',
          'The token names no verified mailbox, by which changes are recorded. Have the mailbox of your account verified in the user pool, and sign in again.',
        ),
      );
    }
  });

  // Threat T-72
  test('the log says who it was, by subject and mailbox', async () => {
    await as(ada)('GET /operator/partners?limit=1');
    const line = await eventually(() =>
      Promise.resolve(
        twin
          .log()
          .split('\n')
          .findLast((each) => each.includes('operator_served') && each.includes(as(ada).subject)),
      ),
    );
    expect(line).toContain('"mailbox":"ada@operators.example"');
  });

  test('tools read the description without a token', async () => {
    const answer = await operatorWith(twin.urls.gateway, {})('GET /operator/openapi.json');
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: { openapi: '3.1.1', servers: [{ url: twin.urls.gateway }] },
    });
  });
});

describe('a vendor that fails', () => {
  const setFault = (service: string, operation: string) =>
    fetch(`${twin.urls.gateway}/_twin/faults`, {
      method: 'PUT',
      body: JSON.stringify([{ service, operation, mode: 'fail-before', times: 10 }]),
    });

  test('is said to, where nothing can be done without it', async () => {
    await setFault('dynamodb', 'GetItem');
    expect(await as(victor)('GET /operator/partners/someone')).toEqual(
      problem(
        503,
        'try_again_later',
        'A service that is needed for this does not answer. Nothing is lost; try again later.',
        {},
        { 'retry-after': '30' },
      ),
    );
  });

  // Threat T-74
  test('X-8 does not keep a suspension from being made: the answer says how long its effect may take', async () => {
    const partnerId = await draftPartner('Flush Ltd');
    const path = `/operator/partners/${partnerId}`;
    await as(grace)(`POST ${path}/transitions`, { ifMatch: '"1"', body: { to: 'active', why: 'on' } });
    const flushed = {
      partnerId,
      name: 'Flush Ltd',
      status: 'suspended',
      changes: expect.any(Array) as unknown,
      decidedWithinSeconds: 310,
    };
    await setFault('apigateway', 'FlushStageAuthorizersCache');
    expect(
      bodyOf(
        await as(ada)(`POST ${path}/transitions`, { ifMatch: '"2"', body: { to: 'suspended', why: 'off' } }),
      ),
    ).toEqual({
      ...flushed,
      version: 3,
      cacheFlushed: false,
    });
    await fetch(`${twin.urls.gateway}/_twin/faults`, { method: 'DELETE' });
    await as(grace)(`POST ${path}/transitions`, { ifMatch: '"3"', body: { to: 'active', why: 'on' } });
    await setFault('eventbridge', 'PutEvents');
    expect(
      bodyOf(
        await as(ada)(`POST ${path}/transitions`, { ifMatch: '"4"', body: { to: 'suspended', why: 'off' } }),
      ),
    ).toEqual({
      ...flushed,
      version: 5,
      cacheFlushed: true,
    });
  });
});
