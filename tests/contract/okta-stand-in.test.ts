import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HTTPException } from 'hono/http-exception';
import { SignJWT, exportJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../local/kernel/clock.ts';
import { createFaults } from '../../local/kernel/faults.ts';
import { openInbox } from '../../local/kernel/inbox.ts';
import { type Served, serve } from '../../local/kernel/serve.ts';
import { type Store, openStore } from '../../local/kernel/store.ts';
import { createOkta } from '../../local/okta/okta.ts';
import { registeredApp } from '../support/okta-app.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const { privateKey, publicKey } = rsaKeys('first');
const app = '0oa-sallyport';
const start = 1_800_000_000;
const clock = createClock();
const faults = createFaults();
let folder: string;
let store: Store;
let okta: Served;
/** Whether a mail is as far as it comes. */
let dies = false;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-okta-'));
  store = openStore(folder);
  const key = await exportJWK(publicKey);
  const [serviceApp, loginApp] = [registeredApp(app, key), registeredApp('0oa-login', key)];
  const inbox = openInbox(store);
  const fragile: typeof inbox = {
    ...inbox,
    put: (id, mail) => {
      if (dies) throw new HTTPException(500);
      inbox.put(id, mail);
    },
  };
  okta = await serve(
    createOkta({ store, clock, faults, inbox: fragile, groups: ['Partners'], serviceApp, loginApp }),
    0,
  );
  clock.move(start - Date.now() / 1000);
});
afterAll(async () => {
  await okta.close();
  store.close();
  rmSync(folder, { recursive: true });
});

interface Claims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string;
  readonly exp?: number;
  readonly jti?: string;
}

const sign = (claims: Claims, algorithm = 'RS256'): Promise<string> =>
  new SignJWT({
    iss: app,
    sub: app,
    aud: `${okta.url}/oauth2/v1/token`,
    exp: start + 60,
    jti: crypto.randomUUID(),
    ...claims,
  })
    .setProtectedHeader({ alg: algorithm })
    .sign(privateKey);

async function ask(
  assertion: string,
  changes: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const form = {
    grant_type: 'client_credentials',
    scope: 'okta.users.read',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...changes,
  };
  const response = await fetch(`${okta.url}/oauth2/v1/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: await response.json() };
}

async function tokenFor(scope: string): Promise<string> {
  const { body } = await ask(await sign({}), { scope });
  return (body as { access_token: string }).access_token;
}

describe("the twin's Okta token endpoint", () => {
  it('gives a token of an hour for a fresh assertion of the service app', async () => {
    expect(await ask(await sign({}))).toEqual({
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: 3600,
        access_token: expect.stringMatching(/^[\w-]{43}$/) as string,
        scope: 'okta.users.read',
      },
    });
  });

  it('takes each assertion once', async () => {
    const assertion = await sign({});
    expect((await ask(assertion)).status).toBe(200);
    expect(await ask(assertion)).toEqual({
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: 'The client_assertion token has already been used.',
      },
    });
  });

  it.each<[string, Claims, string]>([
    ['an expired one', { exp: start - 1 }, 'The client_assertion token is invalid (ERR_JWT_EXPIRED).'],
    [
      'one that lives over an hour',
      { exp: start + 3700 },
      'The client_assertion token has an expiration too far into the future.',
    ],
    [
      'one for another audience',
      { aud: 'https://other.okta.example/oauth2/v1/token' },
      'The client_assertion token is invalid (ERR_JWT_CLAIM_VALIDATION_FAILED).',
    ],
    [
      'one of another issuer',
      { iss: '0oa-other' },
      'The client_assertion token is invalid (ERR_JWT_CLAIM_VALIDATION_FAILED).',
    ],
    [
      'one about another subject',
      { sub: '0oa-other' },
      'The client_assertion token is invalid (ERR_JWT_CLAIM_VALIDATION_FAILED).',
    ],
  ])('refuses %s', async (_, claims, description) => {
    expect(await ask(await sign(claims))).toEqual({
      status: 401,
      body: { error: 'invalid_client', error_description: description },
    });
  });

  it('refuses what is no assertion, another grant and a scope that was not granted', async () => {
    const invalid = 'The client_assertion token is invalid (ERR_JWS_INVALID).';
    expect(await ask('nonsense')).toEqual({
      status: 401,
      body: { error: 'invalid_client', error_description: invalid },
    });
    expect(await ask(await sign({}), { client_assertion_type: 'other' })).toEqual({
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: 'A client_assertion of the type jwt-bearer is required.',
      },
    });
    expect(await ask(await sign({}), { grant_type: 'password' })).toEqual({
      status: 400,
      body: { error: 'unsupported_grant_type', error_description: 'Only client_credentials is served here.' },
    });
    expect(await ask(await sign({}), { scope: 'okta.users.manage okta.apps.manage' })).toEqual({
      status: 400,
      body: { error: 'invalid_scope', error_description: 'One or more scopes are not granted.' },
    });
  });
});

describe("the twin's Okta API", () => {
  const call = async (method: string, path: string, authorization?: string, body?: unknown) => {
    const headers = {
      ...(authorization === undefined ? {} : { authorization }),
      'content-type': 'application/json',
    };
    const response = await fetch(okta.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: await response.json(),
    };
  };

  const createUser = async (login: string) => {
    const profile = { login, email: `${login}@acme.example`, firstName: 'Dana', lastName: 'Li' };
    const { body } = await call('POST', '/api/v1/users', 'SSWS twin', { profile });
    return body as { readonly id: string; readonly profile: typeof profile };
  };

  const answerOf = async (...sent: Parameters<typeof call>) => {
    const { status, body } = await call(...sent);
    return { status, body };
  };
  /** Okta's answer to what it refuses. */
  const oktaError = (
    status: number,
    errorCode: string,
    errorSummary: string,
    errorCauses: readonly object[] = [],
  ) => ({
    status,
    body: {
      errorCode,
      errorSummary,
      errorLink: errorCode,
      errorId: expect.stringMatching(/^oae\w{24}$/) as string,
      errorCauses,
    },
  });

  it("answers without a good token in Okta's error form", async () => {
    for (const authorization of [undefined, 'Bearer invented', 'SSWS other']) {
      expect(await answerOf('GET', '/api/v1/users', authorization)).toEqual(
        oktaError(401, 'E0000011', 'Invalid token provided'),
      );
    }
  });

  it('refuses an expired token', async () => {
    const token = await tokenFor('okta.users.read');
    expect((await call('GET', '/api/v1/users', `Bearer ${token}`)).status).toBe(200);
    const offset = clock.offsetSeconds();
    clock.move(offset + 3601);
    expect(await answerOf('GET', '/api/v1/users', `Bearer ${token}`)).toEqual(
      oktaError(401, 'E0000011', 'Invalid token provided'),
    );
    clock.move(offset);
  });

  it('lets a token do what its scopes allow', async () => {
    const reader = `Bearer ${await tokenFor('okta.users.read')}`;
    const manager = `Bearer ${await tokenFor('okta.users.manage')}`;
    const denied = oktaError(403, 'E0000006', 'You do not have permission to perform the requested action');
    expect(await answerOf('POST', '/api/v1/users', reader, {})).toEqual(denied);
    expect(await answerOf('POST', '/api/v1/users', manager, {})).toEqual(
      oktaError(400, 'E0000003', 'The request body was not well-formed.'),
    );
    expect(await answerOf('GET', '/api/v1/groups', manager)).toEqual(denied);
    const { status } = await call('GET', '/api/v1/groups', `Bearer ${await tokenFor('okta.groups.read')}`);
    expect(status).toBe(200);
  });

  it('shows users and groups to an administrator who looks around', async () => {
    const { id, profile } = await createUser('looked-at');
    const users = (await call('GET', '/api/v1/users', 'SSWS twin')).body as readonly { id: string }[];
    expect(users.filter((user) => user.id === id)).toEqual([
      {
        status: 'PROVISIONED',
        profile,
        id: expect.any(String) as string,
        created: expect.any(String) as string,
        activated: expect.any(String) as string,
        statusChanged: expect.any(String) as string,
        lastLogin: null,
        lastUpdated: expect.any(String) as string,
        passwordChanged: null,
        credentials: { provider: { type: 'OKTA', name: 'OKTA' } },
      },
    ]);
    expect((await call('GET', '/api/v1/groups', 'SSWS twin')).body).toEqual([
      {
        type: 'OKTA_GROUP',
        profile: { name: 'Partners', description: '' },
        id: expect.any(String) as string,
        created: expect.any(String) as string,
        lastUpdated: expect.any(String) as string,
        objectClass: ['okta:user_group'],
      },
    ]);
  });

  it('names each fault of a profile by its attribute', async () => {
    const profile = { login: 'x', email: 'x@acme.example', firstName: 'X', lastName: 'Y' };
    const refused = async (changes: Record<string, string>) =>
      (await call('POST', '/api/v1/users', 'SSWS twin', { profile: { ...profile, ...changes } })).body;
    const fault = (attribute: string, cause: string) =>
      oktaError(400, 'E0000001', `Api validation failed: ${attribute}`, [
        { errorSummary: `${attribute}: ${cause}` },
      ]).body;
    expect(await refused({ email: '' })).toEqual(fault('email', 'The field cannot be left blank'));
    expect(await refused({ sallyportParner: 'p' })).toEqual(
      fault('sallyportParner', 'The attribute is not defined in the profile'),
    );
    expect(await refused({ lastName: 'y'.repeat(101) })).toEqual(
      fault('lastName', 'The field cannot be longer than 100 characters'),
    );
    await createUser('taken');
    expect(await refused({ login: 'taken' })).toEqual(
      fault('login', 'An object with this field already exists in the current organization'),
    );
  });

  it('throttles past the rate limit, until the next minute', async () => {
    let now = new Date('2026-11-20T10:00:30Z');
    const { fetch: answer } = createOkta({
      store,
      faults,
      inbox: openInbox(store),
      groups: [],
      clock: { ...clock, now: () => now },
      serviceApp: registeredApp(app, await exportJWK(publicKey)),
      loginApp: registeredApp('0oa-login', await exportJWK(publicKey)),
    });
    const statusOfNext = async (): Promise<number> =>
      (await answer(new Request('http://okta.example/api/v1/users'))).status;
    for (let calls = 0; calls < 9_999; calls += 1) await statusOfNext();
    expect([await statusOfNext(), await statusOfNext()]).toEqual([401, 429]);
    now = new Date('2026-11-20T10:01:00Z');
    expect(await statusOfNext()).toBe(401);
  });

  it('tells the rate limit with every answer', async () => {
    const { headers } = await call('GET', '/api/v1/groups', 'SSWS twin');
    const limit = (name: string): number => Number(headers.get(`x-rate-limit-${name}`));
    expect(limit('limit')).toBe(10_000);
    expect(limit('remaining')).toBeLessThan(10_000);
    expect(limit('reset') % 60).toBe(0);
    expect(limit('reset')).toBeGreaterThan(start);
    expect(Date.parse(headers.get('date') ?? '')).toBeGreaterThanOrEqual(start * 1000);
  });

  it('refuses a lifecycle step that the status does not allow, and a path that is not there', async () => {
    const { id } = await createUser('never-suspended');
    expect(await answerOf('POST', `/api/v1/users/${id}/lifecycle/unsuspend`, 'SSWS twin')).toEqual(
      oktaError(403, 'E0000038', "This operation is not allowed in the user's current status."),
    );
    expect(await answerOf('GET', '/api/v1/apps', 'SSWS twin')).toEqual(
      oktaError(404, 'E0000008', 'The requested path was not found'),
    );
  });

  it('registers every operation for faults', () => {
    expect(faults.operations()).toEqual([
      'okta ActivateUser',
      'okta AddUserToGroup',
      'okta CreateUser',
      'okta DeactivateUser',
      'okta DeleteUser',
      'okta EnrollFactor',
      'okta ExpirePassword',
      'okta GetKeys',
      'okta GetOpenIdConfiguration',
      'okta GetUser',
      'okta ListGroups',
      'okta ListUserGroups',
      'okta ListUsers',
      'okta PasswordToken',
      'okta RemoveUserFromGroup',
      'okta SendEventHook',
      'okta SuspendUser',
      'okta Token',
      'okta UnlockUser',
      'okta UnsuspendUser',
    ]);
  });
});

describe("a person in the twin's Okta", () => {
  const call = (path: string, body?: object): Promise<Response> =>
    fetch(`${okta.url}/api/v1/users${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: 'SSWS twin', 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });

  it('is there if the mail is, and not otherwise: the twin may die in between', async () => {
    const profile = { login: 'dana', email: 'dana@partner.example', firstName: 'Dana', lastName: 'Li' };
    dies = true;
    expect((await call('', { profile })).status).toBe(500);
    expect((await call('/dana')).status).toBe(404);
    dies = false;
    expect((await call('', { profile })).status).toBe(200);
    expect(
      openInbox(store)
        .all()
        .filter(({ to }) => to === profile.email),
    ).toEqual([
      {
        source: 'okta',
        to: 'dana@partner.example',
        from: 'Okta <noreply@okta.example>',
        subject: 'Activate your account',
        text: expect.any(String) as string,
        html: expect.any(String) as string,
        tags: {},
        sentAt: expect.any(String) as string,
      },
    ]);
  });
});
