import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, type JWK } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJwkSigner } from '../../adapters/okta/assertion-signer.ts';
import type { OktaRights } from '../../adapters/okta/service-app.ts';
import { createUserDirectory } from '../../adapters/okta/user-directory.ts';
import type { NewDirectoryUser, UserDirectory } from '../../core/access/ports.ts';
import { Conflict, Defect, NotFound, OutcomeUnknown, Rejected } from '../../core/errors.ts';
import { createCachedSecret } from '../../core/secrets/cached-secret.ts';
import { type TwinClock, createClock } from '../../local/kernel/clock.ts';
import { type Faults, createFaults } from '../../local/kernel/faults.ts';
import { type InboxMail, openInbox } from '../../local/kernel/inbox.ts';
import { type Served, serve } from '../../local/kernel/serve.ts';
import { type Store, openStore } from '../../local/kernel/store.ts';
import type { OktaUser } from '../../local/okta/directory.ts';
import { oktaProfileAttributes } from '../../local/seed/names.ts';
import { createOkta } from '../../local/okta/okta.ts';
import { registeredApp, signerWith } from '../support/okta-app.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const { privateKey, publicKey } = rsaKeys('first');
const privateJwk = { ...(await exportJWK(privateKey)), kid: 'key-1' };
const publicJwk = { ...(await exportJWK(publicKey)), kid: 'key-1' };
const reader = rsaKeys('second');
const readerJwk = { ...(await exportJWK(reader.privateKey)), kid: 'reader' };
const readerApp = registeredApp('0oa-reader', await exportJWK(reader.publicKey));
const loginApp = registeredApp('0oa-login', publicJwk);

const dana: NewDirectoryUser = {
  login: 'dana.li',
  email: 'api-team@acme.example',
  firstName: 'Dana',
  lastName: 'Li',
  telephone: '+1 555 0100',
  partnerId: 'partner-acme',
  onboardingId: 'onb-1',
};

let folder: string;
let store: Store;
let clock: TwinClock;
let faults: Faults;
let okta: Served;
let directory: UserDirectory;
let groupId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-okta-'));
  store = openStore(folder);
  clock = createClock();
  faults = createFaults();
  const groups = ['Partners: Credit Reports', 'Partners', 'Partners: Fraud Signals'];
  okta = await serve(
    createOkta({
      store,
      clock,
      faults,
      inbox: openInbox(store),
      groups,
      profileAttributes: oktaProfileAttributes,
      serviceApp: registeredApp('0oa-sallyport', publicJwk),
      readerApp,
      loginApp,
    }),
    0,
  );
});
afterAll(async () => {
  await okta.close();
  store.close();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  directory = createUserDirectory({
    orgUrl: okta.url,
    clientId: '0oa-sallyport',
    signer: signerWith(privateJwk),
    clock,
  });
  groupId = await directory.groupIdByName('Partners');
});
afterEach(() => {
  faults.clear();
  clock.move(0);
  const users = store.collection<OktaUser>('okta-users');
  for (const { id } of users.all()) users.delete(id);
});

/** What an administrator does by hand. */
const asAdmin = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(new URL(path, okta.url), {
    ...init,
    headers: { authorization: 'SSWS twin', 'content-type': 'application/json' },
  });

describe('the Okta adapter against the twin', () => {
  it('creates an activated user with its marks and groups, finds it by login, and Okta mails the activation link', async () => {
    const before = openInbox(store).all().length;
    const created = await directory.create(dana, [groupId]);

    expect(created).toEqual({
      userId: expect.stringMatching(/^00u\w{17}$/) as string,
      login: 'dana.li',
      email: 'api-team@acme.example',
      active: true,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/u) as string,
      partnerId: 'partner-acme',
      onboardingId: 'onb-1',
    });
    expect(await directory.findByLogin('Dana.Li')).toEqual(created);
    expect(await directory.groupIdsOf(created.userId)).toEqual([groupId]);
    const mails: InboxMail[] = openInbox(store).all().slice(before);
    expect(mails).toEqual([
      {
        source: 'okta',
        to: 'api-team@acme.example',
        from: 'Okta <noreply@okta.example>',
        subject: 'Activate your account',
        text: expect.stringMatching(
          /^Hello Dana,\n\nan account with the user name dana\.li .*\nhttp:\/\/127\.0\.0\.1:\d+\/welcome\/[\w-]{27}\n$/s,
        ) as string,
        html: expect.stringContaining(`<a href="${okta.url}/welcome/`) as string,
        tags: {},
        sentAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      },
    ]);
    expect(await (await asAdmin(`/api/v1/users/${created.userId}`)).json()).toEqual({
      status: 'PROVISIONED',
      profile: {
        login: 'dana.li',
        email: 'api-team@acme.example',
        firstName: 'Dana',
        lastName: 'Li',
        primaryPhone: '+1 555 0100',
        sallyportPartner: 'partner-acme',
        sallyportOnboarding: 'onb-1',
      },
      id: expect.any(String) as string,
      created: expect.any(String) as string,
      activated: expect.any(String) as string,
      statusChanged: expect.any(String) as string,
      lastLogin: null,
      lastUpdated: expect.any(String) as string,
      passwordChanged: null,
      credentials: { provider: { type: 'OKTA', name: 'OKTA' } },
    });
  });

  it('does not take another user for found whose login Okta completes', async () => {
    await directory.create({ ...dana, login: 'dana.li@company.example' }, []);
    expect((await asAdmin('/api/v1/users/dana.li')).status).toBe(200);
    expect(await directory.findByLogin('dana.li')).toBeUndefined();
  });

  it('shows a suspended user as not active', async () => {
    const { userId } = await directory.create(dana, []);
    expect((await asAdmin(`/api/v1/users/${userId}/lifecycle/suspend`, { method: 'POST' })).status).toBe(200);
    expect(await directory.findByLogin('dana.li')).toEqual({
      userId,
      active: false,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/u) as string,
      login: 'dana.li',
      email: 'api-team@acme.example',
      partnerId: 'partner-acme',
      onboardingId: 'onb-1',
    });
  });

  it('says Conflict for a login that is taken, in any case of letters, and Rejected for a profile that Okta refuses', async () => {
    await directory.create(dana, []);
    await expect(directory.create({ ...dana, login: 'DANA.LI' }, [])).rejects.toThrow(
      new Conflict({ service: 'okta', operation: 'CreateUser', detail: 'HTTP 400 E0000001' }),
    );
    await expect(directory.create({ ...dana, login: 'x', firstName: '' }, [])).rejects.toThrow(
      new Rejected({ service: 'okta', operation: 'CreateUser', detail: 'HTTP 400 E0000001' }),
    );
    await expect(directory.create({ ...dana, login: 'x' }, ['00gnone'])).rejects.toThrow(
      new NotFound({ service: 'okta', operation: 'CreateUser', detail: 'HTTP 404 E0000007' }),
    );
    expect(await directory.findByLogin('x')).toBeUndefined();
  });

  it.each([
    ['activate', ['suspend']],
    ['stage', []],
  ])('deletes a user made by %s and then %j', async (made, actions) => {
    const profile = { login: 'dana.li', email: dana.email, firstName: 'Dana', lastName: 'Li' };
    const body = JSON.stringify({ profile });
    const { id } = (await (
      await asAdmin(`/api/v1/users?activate=${String(made === 'activate')}`, { method: 'POST', body })
    ).json()) as { id: string };
    for (const action of actions) {
      await asAdmin(`/api/v1/users/${id}/lifecycle/${action}`, { method: 'POST' });
    }

    await directory.delete(id);

    expect((await asAdmin(`/api/v1/users/${id}`)).status).toBe(404);
    await expect(directory.delete(id)).rejects.toThrow(
      new NotFound({ service: 'okta', operation: 'DeleteUser', detail: 'HTTP 404 E0000007' }),
    );
  });

  it('says NotFound for a group that has not exactly this name', async () => {
    await expect(directory.groupIdByName('Partner')).rejects.toThrow(
      new NotFound({ service: 'okta', operation: 'ListGroups', detail: 'no group of this name' }),
    );
  });

  it('deletes a user whom a lost deletion has deactivated only', async () => {
    const { userId } = await directory.create(dana, []);
    faults.add([{ service: 'okta', operation: 'DeleteUser', mode: 'fail-after', times: 1 }]);
    await expect(directory.delete(userId)).rejects.toThrow(
      new OutcomeUnknown({ service: 'okta', operation: 'DeleteUser', detail: 'HTTP 500 E0000009' }),
    );
    expect(await directory.findByLogin('dana.li')).toEqual({
      userId,
      active: false,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/u) as string,
      login: 'dana.li',
      email: 'api-team@acme.example',
      partnerId: 'partner-acme',
      onboardingId: 'onb-1',
    });
    await directory.delete(userId);
    expect(await directory.findByLogin('dana.li')).toBeUndefined();
  });

  it('keeps users over a restart', async () => {
    const created = await directory.create(dana, [groupId]);
    const reopenedStore = openStore(folder);
    const serviceApp = registeredApp('0oa-sallyport', publicJwk);
    const restarted = await serve(
      createOkta({
        store: reopenedStore,
        clock,
        faults,
        inbox: openInbox(reopenedStore),
        groups: ['Partners'],
        serviceApp,
        loginApp,
      }),
      0,
    );
    try {
      const reopened = createUserDirectory({
        orgUrl: restarted.url,
        clientId: '0oa-sallyport',
        signer: signerWith(privateJwk),
        clock,
      });
      expect(await reopened.findByLogin('dana.li')).toEqual(created);
      expect(await reopened.groupIdByName('Partners')).toBe(groupId);
    } finally {
      await restarted.close();
      reopenedStore.close();
    }
  });
});

describe('the access token', () => {
  it('is renewed before it expires and after Okta refused it', async () => {
    faults.add([{ service: 'okta', operation: 'Token', mode: 'reject', times: 1 }]);
    expect(await directory.findByLogin('dana.li')).toBeUndefined();
    expect(faults.pending()).toHaveLength(1);
    clock.move(3600);
    await expect(directory.findByLogin('dana.li')).rejects.toThrow(
      new Defect({ service: 'okta', operation: 'Token', detail: 'HTTP 401 invalid_client' }),
    );
    expect(await directory.findByLogin('dana.li')).toBeUndefined();
  });

  it('is fetched anew when Okta forgot it, and the call goes through', async () => {
    let forgetful = false;
    const seen: string[] = [];
    const app = createOkta({
      store,
      clock,
      faults,
      inbox: openInbox(store),
      groups: [],
      serviceApp: registeredApp('0oa-sallyport', publicJwk),
      loginApp,
    });
    const proxy = await serve(
      {
        fetch: (request) => {
          seen.push(`${request.method} ${new URL(request.url).pathname}`);
          if (!forgetful || !request.url.includes('/api/')) return app.fetch(request);
          forgetful = false;
          return Response.json(
            { errorCode: 'E0000011', errorSummary: 'Invalid token provided' },
            { status: 401 },
          );
        },
      },
      0,
    );
    try {
      const behind = createUserDirectory({
        orgUrl: proxy.url,
        clientId: '0oa-sallyport',
        signer: signerWith(privateJwk),
        clock,
      });
      await behind.groupIdByName('Partners');
      forgetful = true;
      await behind.groupIdByName('Partners');
    } finally {
      await proxy.close();
    }
    const token = 'POST /oauth2/v1/token';
    const list = 'GET /api/v1/groups';
    expect(seen).toEqual([token, list, list, token, list]);
  });

  it('is refused for a key or a client that Okta does not know', async () => {
    const stranger = await exportJWK(rsaKeys('third').privateKey);
    for (const app of [
      { clientId: '0oa-sallyport', signer: signerWith(stranger) },
      { clientId: '0oa-other', signer: signerWith(privateJwk) },
    ]) {
      const other = createUserDirectory({ orgUrl: okta.url, clock, ...app });
      await expect(other.findByLogin('dana.li')).rejects.toThrow(
        new Defect({ service: 'okta', operation: 'Token', detail: 'HTTP 401 invalid_client' }),
      );
    }
  });
});

describe('X-7 the application that only looks users up', () => {
  const directoryOf = (rights?: OktaRights) =>
    createUserDirectory({
      orgUrl: okta.url,
      clientId: '0oa-reader',
      signer: signerWith(readerJwk),
      clock,
      ...(rights !== undefined && { rights }),
    });

  // Threat T-81
  it('finds a user, and can do nothing else with its key', async () => {
    const created = await directory.create(dana, [groupId]);
    const reader = directoryOf('reader');
    expect(await reader.findByLogin('dana.li')).toEqual(created);
    for (const [operation, call] of [
      ['CreateUser', reader.create({ ...dana, login: 'second' }, [])],
      ['DeleteUser', reader.delete(created.userId)],
      ['ListGroups', reader.groupIdByName('Partners')],
      ['AddUserToGroup', reader.addToGroup(created.userId, groupId)],
      ['RemoveUserFromGroup', reader.removeFromGroup(created.userId, groupId)],
    ] as const) {
      await expect(call).rejects.toThrow(
        new Defect({ service: 'okta', operation, detail: 'HTTP 403 E0000006' }),
      );
    }
    expect(await directory.findByLogin('dana.li')).toEqual(created);
  });

  it('is granted no scope that manages, whatever it asks for', async () => {
    await expect(directoryOf('manager').findByLogin('dana.li')).rejects.toThrow(
      new Defect({ service: 'okta', operation: 'Token', detail: 'HTTP 400 invalid_scope' }),
    );
  });
});

describe('X-7 a key that Okta refuses', () => {
  /** As Secrets Manager would hold it: another key may be in its place when it is read again. */
  const stored = (first: JWK, next: JWK) => {
    let [version, reads] = [0, 0];
    const secret = createCachedSecret<JWK>({
      clock,
      parse: (text) => JSON.parse(text) as JWK,
      read: () => {
        reads += 1;
        return Promise.resolve({
          version: String(version),
          text: JSON.stringify(version === 0 ? first : next),
        });
      },
    });
    return {
      signer: createJwkSigner(secret),
      rotate: () => {
        version += 1;
      },
      reads: () => reads,
    };
  };
  let stranger: JWK;
  beforeAll(async () => {
    stranger = {
      ...(await exportJWK(rsaKeys('fourth').privateKey)),
      kid: 'key-1',
    };
  });

  it('is read again, and the call goes through', async () => {
    const { signer, rotate, reads } = stored(stranger, privateJwk);
    const app = createUserDirectory({ orgUrl: okta.url, clientId: '0oa-sallyport', signer, clock });
    await signer.sign({});
    rotate();
    expect(await app.findByLogin('dana.li')).toBeUndefined();
    expect(reads()).toBe(2);
  });

  it('and that has not changed is refused, and is read again once a minute at most', async () => {
    const { signer, reads } = stored(stranger, privateJwk);
    const app = createUserDirectory({ orgUrl: okta.url, clientId: '0oa-sallyport', signer, clock });
    for (let time = 0; time < 3; time += 1) {
      await expect(app.findByLogin('dana.li')).rejects.toThrow(
        new Defect({ service: 'okta', operation: 'Token', detail: 'HTTP 401 invalid_client' }),
      );
    }
    expect(reads()).toBe(2);
  });
});
