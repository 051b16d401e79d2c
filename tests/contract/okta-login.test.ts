import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, exportJWK, jwtVerify, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClientAssertion } from '../../adapters/okta/client-assertion.ts';
import { createPasswordLogin } from '../../adapters/okta/password-login.ts';
import { createUserDirectory } from '../../adapters/okta/user-directory.ts';
import { StepError } from '../../core/errors.ts';
import type { PasswordLogin } from '../../core/tokens/ports.ts';
import { type TwinClock, createClock } from '../../local/kernel/clock.ts';
import { type FaultMode, type Faults, createFaults, faultModes } from '../../local/kernel/faults.ts';
import { openInbox } from '../../local/kernel/inbox.ts';
import { type Served, serve } from '../../local/kernel/serve.ts';
import { type Store, openStore } from '../../local/kernel/store.ts';
import type { OktaUser } from '../../local/okta/directory.ts';
import { oktaIdTokenClaims, oktaProfileAttributes } from '../../local/seed/names.ts';
import { createOkta } from '../../local/okta/okta.ts';
import { registeredApp, signerWith } from '../support/okta-app.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const [ours, loginKeys] = [rsaKeys('first'), rsaKeys('second')];
const login = {
  clientId: '0oa-login',
  signer: signerWith({ ...(await exportJWK(loginKeys.privateKey)), kid: 'login' }),
};
const manager = {
  clientId: '0oa-sallyport',
  signer: signerWith({ ...(await exportJWK(ours.privateKey)), kid: 'manager' }),
};
const managersKey = await exportJWK(ours.publicKey);
const apps = {
  serviceApp: registeredApp(manager.clientId, managersKey),
  loginApp: registeredApp(login.clientId, await exportJWK(loginKeys.publicKey)),
};
const right = 'correct horse battery';

let folder: string;
let store: Store;
let clock: TwinClock;
let faults: Faults;
let okta: Served;
let passwords: PasswordLogin;
let groupId: string;

const start = (kept: Store): Promise<Served> =>
  serve(
    createOkta({
      store: kept,
      clock,
      faults,
      inbox: openInbox(kept),
      groups: ['Partners'],
      profileAttributes: oktaProfileAttributes,
      idTokenClaims: oktaIdTokenClaims,
      ...apps,
    }),
    0,
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-okta-'));
  store = openStore(folder);
  clock = createClock();
  faults = createFaults();
  okta = await start(store);
  const [group] = (await (await asAdmin('GET', '/api/v1/groups')).json()) as { id: string }[];
  groupId = group?.id ?? '';
});
afterAll(async () => {
  await okta.close();
  store.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  passwords = createPasswordLogin({ orgUrl: okta.url, clock, ...login });
});
afterEach(() => {
  faults.clear();
  clock.move(0);
  const users = store.collection<OktaUser>('okta-users');
  for (const { id } of users.all()) users.delete(id);
});

/** What an administrator does by hand. */
const asAdmin = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(new URL(path, okta.url), {
    method,
    headers: { authorization: 'SSWS twin', 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

const profile = {
  login: 'dana.li',
  email: 'api-team@acme.example',
  firstName: 'Dana',
  lastName: 'Li',
  sallyportPartner: 'acme',
};

/** A partner's user who has a password; answers the id. */
async function addUser(
  changes: Record<string, string> = {},
  groupIds: readonly string[] = [groupId],
): Promise<string> {
  const response = await asAdmin('POST', '/api/v1/users', {
    profile: { ...profile, ...changes },
    groupIds,
    credentials: { password: { value: right } },
  });
  const { id, status } = (await response.json()) as { id: string; status: string };
  expect(status).toBe('ACTIVE');
  return id;
}

const statusOf = async (id: string): Promise<unknown> =>
  ((await (await asAdmin('GET', `/api/v1/users/${id}`)).json()) as { status: unknown }).status;

const outcome = async (call: Promise<unknown>): Promise<unknown> =>
  call.catch((error: unknown) =>
    error instanceof StepError ? `${error.name}: ${error.message}` : `no StepError: ${String(error)}`,
  );

describe('WF-9 a login by password', () => {
  it('tells the user and the partner, whatever the case of the letters', async () => {
    await addUser({ login: 'Dana.Li' });
    expect(await passwords.verify('dana.li', right)).toEqual({ userId: 'Dana.Li', partnerId: 'acme' });
    expect(await passwords.verify('DANA.LI', right)).toEqual({ userId: 'Dana.Li', partnerId: 'acme' });
  });

  it.each([
    'pass word',
    'pass+word&scope=x',
    'пароль пароль',
    '%41%41%41%41',
    'pass"word\\x',
    'x'.repeat(200),
  ])('sends the password %j as it is', async (password) => {
    await asAdmin('POST', '/api/v1/users', {
      profile,
      groupIds: [groupId],
      credentials: { password: { value: password } },
    });
    expect(await passwords.verify('dana.li', password)).toEqual({ userId: 'dana.li', partnerId: 'acme' });
    expect(await passwords.verify('dana.li', `${password}x`)).toBeUndefined();
  });

  it.each<[what: string, prepare: () => Promise<unknown>]>([
    ['is unknown', async () => Promise.resolve()],
    [
      'has not activated the account',
      () => asAdmin('POST', '/api/v1/users', { profile, groupIds: [groupId] }),
    ],
    ['is suspended', async () => asAdmin('POST', `/api/v1/users/${await addUser()}/lifecycle/suspend`)],
    ['is deactivated', async () => asAdmin('POST', `/api/v1/users/${await addUser()}/lifecycle/deactivate`)],
    [
      'has to choose another password',
      async () => asAdmin('POST', `/api/v1/users/${await addUser()}/lifecycle/expire_password`),
    ],
    [
      // Threat T-30
      'has a second factor',
      async () =>
        asAdmin('POST', `/api/v1/users/${await addUser()}/factors?activate=true`, {
          factorType: 'sms',
          provider: 'OKTA',
        }),
    ],
    ['is not assigned to the application', async () => addUser({}, [])],
    [
      // Threat T-29
      'is an employee',
      async () =>
        asAdmin('POST', '/api/v1/users', {
          profile: { ...profile, sallyportPartner: undefined },
          groupIds: [groupId],
          credentials: { password: { value: right } },
        }),
    ],
  ])('fails for one who %s, with the right password', async (_what, prepare) => {
    await prepare();
    expect(await passwords.verify('dana.li', right)).toBeUndefined();
  });

  it('lets in one whose second factor is not set up yet', async () => {
    await asAdmin('POST', `/api/v1/users/${await addUser()}/factors`, {
      factorType: 'sms',
      provider: 'OKTA',
    });
    expect(await passwords.verify('dana.li', right)).toEqual({ userId: 'dana.li', partnerId: 'acme' });
  });

  it('fails under the short form of a login, which Okta takes, too', async () => {
    await addUser({ login: 'dana.li@acme.example' });
    expect(await passwords.verify('dana.li', right)).toBeUndefined();
    expect(await passwords.verify('dana.li@acme.example', right)).toEqual({
      userId: 'dana.li@acme.example',
      partnerId: 'acme',
    });
  });

  it('locks the user at the tenth wrong password in a row, until an administrator unlocks', async () => {
    const id = await addUser();
    const wrong = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1) {
        expect(await passwords.verify('dana.li', 'wrong password')).toBeUndefined();
      }
    };
    await wrong(9);
    expect(await passwords.verify('dana.li', right)).toBeDefined();
    await wrong(9);
    expect(await statusOf(id)).toBe('ACTIVE');
    await wrong(1);
    expect(await statusOf(id)).toBe('LOCKED_OUT');
    expect(await passwords.verify('dana.li', right)).toBeUndefined();
    await asAdmin('POST', `/api/v1/users/${id}/lifecycle/unlock`);
    await wrong(1);
    expect(await passwords.verify('dana.li', right)).toBeDefined();
  });

  it('counts guesses that come together', async () => {
    const id = await addUser();
    await Promise.all(Array.from({ length: 10 }, () => passwords.verify('dana.li', 'wrong password')));
    expect(await statusOf(id)).toBe('LOCKED_OUT');
  });

  it('outlives a restart, and so do password, tries and signing key', async () => {
    await addUser();
    await passwords.verify('dana.li', right);
    const restarted = await start(store);
    try {
      expect(
        await createPasswordLogin({ orgUrl: restarted.url, clock, ...login }).verify('dana.li', right),
      ).toEqual({ userId: 'dana.li', partnerId: 'acme' });
      const [before, after] = await Promise.all(
        [okta, restarted].map(async ({ url }) => (await fetch(`${url}/oauth2/default/v1/keys`)).json()),
      );
      expect(after).toEqual(before);
    } finally {
      await restarted.close();
    }
  });

  it('keeps no password as it is', async () => {
    await addUser();
    expect(JSON.stringify(store.collection('okta-passwords').all())).not.toContain(right);
    expect(JSON.stringify(store.collection('okta-users').all())).not.toContain(right);
  });
});

describe('WF-9 our own application', () => {
  const stranger = { ...manager, clientId: login.clientId };
  it.each([
    ['with another key', stranger],
    ['that manages users', manager],
    ['that nobody knows', { ...login, clientId: '0oa-other' }],
  ])("is our trouble, not the user's: one %s", async (_what, app) => {
    await addUser();
    expect(
      await outcome(createPasswordLogin({ orgUrl: okta.url, clock, ...app }).verify('dana.li', right)),
    ).toBe('Defect: okta PasswordToken: HTTP 401 invalid_client');
  });

  it('cannot manage users', async () => {
    const directory = createUserDirectory({ orgUrl: okta.url, clock, ...login });
    expect(await outcome(directory.findByLogin('dana.li'))).toBe(
      'Defect: okta Token: HTTP 401 invalid_client',
    );
  });
});

describe('WF-9 every fault of Okta', () => {
  const becomes: Record<FaultMode, string> = {
    'fail-before': 'Unavailable: okta PasswordToken: HTTP 500 E0000009',
    'fail-after': 'Unavailable: okta PasswordToken: HTTP 500 E0000009',
    hang: 'Unavailable: okta PasswordToken: time-out',
    throttle: 'Throttled: okta PasswordToken: HTTP 429 E0000047',
    reject: 'Defect: okta PasswordToken: HTTP 401 invalid_client',
    garbage: 'Unavailable: okta PasswordToken: answer is not JSON',
    crash: 'Unavailable: okta PasswordToken: UND_ERR_SOCKET',
  };
  const impatient = (): PasswordLogin =>
    createPasswordLogin({
      orgUrl: okta.url,
      clock,
      ...login,
      limits: { timeoutMilliseconds: 700, maxAnswerBytes: 1_000_000 },
    });

  it.each(faultModes)('%s in the token request says nothing about the user', async (mode) => {
    await addUser();
    faults.add([{ service: 'okta', operation: 'PasswordToken', mode, times: 1 }]);
    const hurried = mode === 'hang' ? impatient() : passwords;
    expect(await outcome(hurried.verify('dana.li', right))).toBe(becomes[mode]);
    expect(await passwords.verify('dana.li', right)).toEqual({ userId: 'dana.li', partnerId: 'acme' });
  });

  it.each(faultModes)('%s in the keys neither', async (mode) => {
    await addUser();
    faults.add([{ service: 'okta', operation: 'GetKeys', mode, times: 1 }]);
    const fresh = mode === 'hang' ? impatient() : passwords;
    expect(await outcome(fresh.verify('dana.li', right))).toMatch(
      /^Unavailable: okta PasswordToken: the ID token cannot be verified: \w/,
    );
    expect(await fresh.verify('dana.li', right)).toEqual({ userId: 'dana.li', partnerId: 'acme' });
  });
});

describe('WF-9 an answer of Okta that the twin never gives', () => {
  let odd: Served;
  let answer: (() => Promise<Response> | Response) | undefined;
  const claims = { preferred_username: 'dana.li', sallyportPartner: 'acme' };
  beforeAll(async () => {
    const keys = { keys: [{ ...managersKey, kid: 'k1', alg: 'RS256', use: 'sig' }] };
    odd = await serve(
      {
        fetch: async ({ url }) =>
          url.endsWith('/keys')
            ? Response.json(keys)
            : ((await answer?.()) ?? new Response(null, { status: 500 })),
      },
      0,
    );
  });
  afterAll(() => odd.close());

  const given = async (next: () => Promise<Response> | Response): Promise<unknown> => {
    answer = next;
    return outcome(
      createPasswordLogin({
        orgUrl: odd.url,
        clock: { now: () => new Date('2026-11-20T10:00:00Z') },
        ...login,
      }).verify('dana.li', right),
    );
  };
  const now = Date.parse('2026-11-20T10:00:00Z') / 1000;
  const idToken =
    (
      changes: Record<string, unknown> = {},
      header: { alg: string; kid?: string } = { alg: 'RS256', kid: 'k1' },
      key: Parameters<SignJWT['sign']>[0] = ours.privateKey,
    ) =>
    async (): Promise<Response> =>
      Response.json({
        id_token: await new SignJWT({
          iss: `${odd.url}/oauth2/default`,
          aud: login.clientId,
          iat: now,
          exp: now + 3600,
          ...claims,
          ...changes,
        })
          .setProtectedHeader(header)
          .sign(key),
      });

  it.each([
    [400, 'invalid_grant'],
    [403, 'mfa_required'],
    [400, 'mfa_required'],
    [400, 'access_denied'],
    [401, 'access_denied'],
    [403, 'access_denied'],
  ])('%i %s is about the user', async (status, error) => {
    expect(
      await given(() => Response.json({ error, error_description: 'words' }, { status })),
    ).toBeUndefined();
  });

  it.each([
    [401, 'invalid_client', 'Defect'],
    [400, 'unauthorized_client', 'Defect'],
    [400, 'unsupported_grant_type', 'Defect'],
    [400, 'invalid_scope', 'Defect'],
    [400, 'invalid_request', 'Defect'],
    [403, 'invalid_client', 'Defect'],
    [429, 'rate_limited', 'Throttled'],
    [503, 'temporarily_unavailable', 'Unavailable'],
  ])('%i %s is not: %s', async (status, error, name) => {
    expect(await given(() => Response.json({ error, error_description: 'dana.li' }, { status }))).toBe(
      `${name}: okta PasswordToken: HTTP ${status} ${error}`,
    );
  });

  it('a page from something in between is not, either', async () => {
    expect(await given(() => new Response('<h1>invalid_grant</h1>', { status: 400 }))).toBe(
      'Defect: okta PasswordToken: HTTP 400',
    );
    expect(
      await given(
        () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } }),
      ),
    ).toMatch(/^Unavailable: okta PasswordToken: /);
  });

  it('a good ID token is believed, with clocks a minute apart', async () => {
    expect(await given(idToken())).toEqual({ userId: 'dana.li', partnerId: 'acme' });
    expect(await given(idToken({ exp: now - 59 }))).toEqual({ userId: 'dana.li', partnerId: 'acme' });
    expect(await given(idToken({ nbf: now + 59 }))).toEqual({ userId: 'dana.li', partnerId: 'acme' });
  });

  it.each<[what: string, changes: Record<string, unknown>, code: string]>([
    [
      'another issuer',
      { iss: 'https://other.okta.example/oauth2/default' },
      'ERR_JWT_CLAIM_VALIDATION_FAILED',
    ],
    ['no issuer', { iss: undefined }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['another audience', { aud: 'api://default' }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['no audience', { aud: undefined }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['an end that is over', { exp: now - 61 }, 'ERR_JWT_EXPIRED'],
    ['no end', { exp: undefined }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['no beginning', { iat: undefined }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['a time before which it is not valid', { nbf: now + 61 }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ])('an ID token with %s is not', async (_what, changes, code) => {
    expect(await given(idToken(changes))).toBe(
      `Unavailable: okta PasswordToken: the ID token cannot be verified: ${code}`,
    );
  });

  it('an ID token signed otherwise is not', async () => {
    const refused = (code: string): string =>
      `Unavailable: okta PasswordToken: the ID token cannot be verified: ${code}`;
    expect(await given(idToken({}, { alg: 'RS256', kid: 'k1' }, loginKeys.privateKey))).toBe(
      refused('ERR_JWS_SIGNATURE_VERIFICATION_FAILED'),
    );
    expect(await given(idToken({}, { alg: 'RS256', kid: 'k2' }))).toBe(refused('ERR_JWKS_NO_MATCHING_KEY'));
    expect(await given(idToken({}, { alg: 'HS256', kid: 'k1' }, Buffer.from(String(managersKey.n))))).toBe(
      refused('ERR_JOSE_ALG_NOT_ALLOWED'),
    );
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
    expect(await given(() => Response.json({ id_token: unsigned }))).toBe(
      refused('ERR_JOSE_ALG_NOT_ALLOWED'),
    );
  });

  it.each<[what: string, respond: () => Promise<Response> | Response]>([
    ['without an ID token', () => Response.json({ access_token: 'x' })],
    ['without a login', idToken({ preferred_username: undefined })],
    ['with a list for a partner', idToken({ sallyportPartner: ['acme'] })],
  ])('one %s cannot be used', async (_what, respond) => {
    expect(await given(respond)).toBe('Unavailable: okta PasswordToken: HTTP 200 of another shape');
  });

  it.each([undefined, null, ''])('the partner %j is none', async (sallyportPartner) => {
    expect(await given(idToken({ sallyportPartner }))).toBeUndefined();
  });

  it("the login of somebody else is not the user's", async () => {
    expect(await given(idToken({ preferred_username: 'dana.li@company.example' }))).toBeUndefined();
  });
});

describe("the twin's authorization server", () => {
  const ask = async (
    changes: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const { fields } = await createClientAssertion(
      { orgUrl: okta.url, clock, ...login },
      `${okta.url}/oauth2/default/v1/token`,
    )();
    const form = {
      grant_type: 'password',
      scope: 'openid profile email',
      username: 'dana.li',
      password: right,
      ...fields,
      ...changes,
    };
    const response = await fetch(`${okta.url}/oauth2/default/v1/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const verified = async (token: unknown, audience: string): Promise<unknown> =>
    (
      await jwtVerify(String(token), createRemoteJWKSet(new URL(`${okta.url}/oauth2/default/v1/keys`)), {
        audience,
        issuer: `${okta.url}/oauth2/default`,
      })
    ).payload;

  it('issues an access token and an ID token with the claims that the scopes bring', async () => {
    const id = await addUser();
    const {
      status,
      body: { access_token, id_token, ...others },
    } = await ask();
    expect({ status, others }).toEqual({
      status: 200,
      others: { token_type: 'Bearer', expires_in: 3600, scope: 'openid profile email' },
    });
    const seconds = expect.any(Number) as number;
    const common = { ver: 1, iss: `${okta.url}/oauth2/default`, iat: seconds, exp: seconds };
    expect(await verified(id_token, login.clientId)).toEqual({
      ...common,
      jti: expect.stringMatching(/^ID\./) as string,
      aud: login.clientId,
      sub: id,
      amr: ['pwd'],
      name: 'Dana Li',
      preferred_username: 'dana.li',
      email: 'api-team@acme.example',
      sallyportPartner: 'acme',
    });
    expect(await verified(access_token, 'api://default')).toEqual({
      ...common,
      jti: expect.stringMatching(/^AT\./) as string,
      aud: 'api://default',
      sub: 'dana.li',
      cid: login.clientId,
      uid: id,
      scp: ['openid', 'profile', 'email'],
    });
    expect(
      await verified((await ask({ scope: 'openid' })).body['id_token'], login.clientId),
    ).not.toHaveProperty('preferred_username');
  });

  it.each([
    [
      { grant_type: 'client_credentials' },
      400,
      'unauthorized_client',
      'The client is not authorized to use the provided grant type.',
    ],
    [
      { scope: 'profile' },
      400,
      'invalid_scope',
      'One or more scopes are not configured for the authorization server resource.',
    ],
    [
      { scope: 'openid okta.users.manage' },
      400,
      'invalid_scope',
      'One or more scopes are not configured for the authorization server resource.',
    ],
    [{ password: 'wrong password' }, 400, 'invalid_grant', 'The credentials provided were invalid.'],
    [
      { client_assertion: 'nonsense' },
      401,
      'invalid_client',
      'The client_assertion token is invalid (ERR_JWS_INVALID).',
    ],
    [
      { client_assertion_type: 'other' },
      401,
      'invalid_client',
      'A client_assertion of the type jwt-bearer is required.',
    ],
  ])('refuses %j', async (changes, status, error, error_description) => {
    await addUser();
    expect(await ask(changes)).toEqual({ status, body: { error, error_description } });
  });

  it('takes each assertion once', async () => {
    await addUser();
    const { fields: assertion } = await createClientAssertion(
      { orgUrl: okta.url, clock, ...login },
      `${okta.url}/oauth2/default/v1/token`,
    )();
    expect((await ask(assertion)).status).toBe(200);
    expect(await ask(assertion)).toEqual({
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: 'The client_assertion token has already been used.',
      },
    });
  });

  it('describes itself', async () => {
    const issuer = `${okta.url}/oauth2/default`;
    expect(await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()).toEqual({
      issuer,
      token_endpoint: `${issuer}/v1/token`,
      jwks_uri: `${issuer}/v1/keys`,
      grant_types_supported: ['password'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      scopes_supported: ['openid', 'profile', 'email'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_signing_alg_values_supported: ['RS256'],
      claims_supported: [
        'iss',
        'sub',
        'aud',
        'iat',
        'exp',
        'jti',
        'amr',
        'name',
        'preferred_username',
        'email',
        'sallyportPartner',
      ],
    });
  });
});

describe("the activation link in the twin's mail", () => {
  const linkTo = async (): Promise<string> => {
    await asAdmin('POST', '/api/v1/users', { profile, groupIds: [groupId] });
    return /http\S+/.exec(openInbox(store).all().at(-1)?.text ?? '')?.[0] ?? '';
  };
  const choose = async (link: string, password?: string): Promise<number> =>
    (
      await fetch(link, {
        method: 'POST',
        body: new URLSearchParams(password === undefined ? {} : { password }),
      })
    ).status;

  it('shows a form, takes a password, and the user can log in', async () => {
    const link = await linkTo();
    const page = await fetch(link);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
    expect(await page.text()).toContain('Password for dana.li <input name="password" type="password"');
    expect(await choose(link, right)).toBe(200);
    expect(await passwords.verify('dana.li', right)).toEqual({ userId: 'dana.li', partnerId: 'acme' });
  });

  it('works once, for a week', async () => {
    const link = await linkTo();
    clock.move(7 * 24 * 3600 + 1);
    expect([(await fetch(link)).status, await choose(link, right)]).toEqual([404, 404]);
    clock.move(0);
    expect([await choose(link), await choose(link, 'short')]).toEqual([400, 400]);
    expect([await choose(link, right), await choose(link, 'another password')]).toEqual([200, 404]);
    expect(await passwords.verify('dana.li', 'another password')).toBeUndefined();
    expect((await fetch(`${okta.url}/welcome/invented`)).status).toBe(404);
  });

  it('does not come back to life with the user', async () => {
    const link = await linkTo();
    await choose(link, right);
    for (const action of ['deactivate', 'activate']) {
      await asAdmin('POST', `/api/v1/users/dana.li/lifecycle/${action}`);
    }
    expect(await choose(link, right)).toBe(404);
  });

  it('shows a login as text', async () => {
    await asAdmin('POST', '/api/v1/users', { profile: { ...profile, login: '<b>x</b>' } });
    const link = /http\S+/.exec(openInbox(store).all().at(-1)?.text ?? '')?.[0] ?? '';
    expect(await (await fetch(link)).text()).toContain('&lt;b&gt;x&lt;/b&gt;');
  });

  it('is sent anew to one who comes back from deactivation, who needs a new password', async () => {
    const id = await addUser();
    await asAdmin('POST', `/api/v1/users/${id}/lifecycle/deactivate`);
    await asAdmin('POST', `/api/v1/users/${id}/lifecycle/activate`);
    expect(await statusOf(id)).toBe('PROVISIONED');
    const link = /http\S+/.exec(openInbox(store).all().at(-1)?.text ?? '')?.[0] ?? '';
    expect(await choose(link, 'another password')).toBe(200);
    expect([
      await passwords.verify('dana.li', right),
      await passwords.verify('dana.li', 'another password'),
    ]).toEqual([undefined, { userId: 'dana.li', partnerId: 'acme' }]);
  });
});

describe("the twin's Okta API", () => {
  it('refuses a password and a factor that Okta would refuse', async () => {
    const weak = await asAdmin('POST', '/api/v1/users', {
      profile,
      credentials: { password: { value: 'short' } },
    });
    expect([weak.status, await weak.json()]).toEqual([
      400,
      {
        errorCode: 'E0000001',
        errorSummary: 'Api validation failed: password',
        errorLink: 'E0000001',
        errorId: expect.stringMatching(/^oae\w{24}$/) as string,
        errorCauses: [{ errorSummary: 'password: Password requirements were not met' }],
      },
    ]);
    const id = await addUser();
    const factor = await asAdmin('POST', `/api/v1/users/${id}/factors`, {
      factorType: 'carrier pigeon',
      provider: 'OKTA',
    });
    expect([factor.status, await factor.json()]).toEqual([
      400,
      {
        errorCode: 'E0000001',
        errorSummary: 'Api validation failed: factorEnrollRequest',
        errorLink: 'E0000001',
        errorId: expect.stringMatching(/^oae\w{24}$/) as string,
        errorCauses: [],
      },
    ]);
    expect(
      (await asAdmin('POST', '/api/v1/users/nobody/factors', { factorType: 'sms', provider: 'OKTA' })).status,
    ).toBe(404);
  });
});
