import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Emulator, createEmulator } from 'emulate';
import { exportJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUserDirectory } from '../../adapters/okta/user-directory.ts';
import type { NewDirectoryUser, UserDirectory } from '../../core/access/ports.ts';
import { Conflict, NotFound, Rejected } from '../../core/errors.ts';
import { type Fetchable, type Served, serve } from '../../local/kernel/serve.ts';
import { signerWith } from '../support/okta-app.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const dana: NewDirectoryUser = {
  login: 'dana.li',
  email: 'api-team@acme.example',
  firstName: 'Dana',
  lastName: 'Li',
  telephone: '+1 555 0100',
  partnerId: 'partner-acme',
  onboardingId: 'onb-1',
};
let emulator: Emulator;
let org: Served;
let directory: UserDirectory;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

beforeAll(async () => {
  const { privateKey } = rsaKeys('first');
  emulator = await createEmulator({
    service: 'okta',
    port: await freePort(),
    seed: { okta: { groups: [{ name: 'Partners' }, { name: 'Partners: Fraud Signals' }] } },
  });
  org = await serve(withTokenEndpoint(emulator.url), 0);
  directory = createUserDirectory({
    orgUrl: org.url,
    clientId: '0oa-sallyport',
    signer: signerWith(await exportJWK(privateKey)),
    clock: { now: () => new Date() },
  });
});
afterAll(async () => {
  await org.close();
  await emulator.close();
});

/** emulate has no private_key_jwt, but takes any token for its API: tokens come from here, all else from there. */
const withTokenEndpoint = (url: string): Fetchable => ({
  fetch: async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === '/oauth2/v1/token') {
      return Response.json({ access_token: 'any', expires_in: 3600, token_type: 'Bearer' });
    }
    const body = await request.text();
    return fetch(new URL(pathname + search, url), {
      method: request.method,
      headers: request.headers,
      ...(body === '' ? {} : { body }),
    });
  },
});

describe('the Okta adapter against emulate', () => {
  it('leads a user through its life', async () => {
    const created = await directory.create(dana, []);
    const expected = {
      userId: expect.stringMatching(/^00u/) as string,
      login: 'dana.li',
      email: 'api-team@acme.example',
      active: true,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/u) as string,
    };
    expect(created).toEqual(expected);
    expect(await directory.findByLogin('dana.li')).toEqual(created);
    expect(await directory.findByLogin('nobody')).toBeUndefined();
    expect(await directory.findByLogin(created.userId)).toBeUndefined();

    const groupId = await directory.groupIdByName('Partners');
    await directory.addToGroup(created.userId, groupId);
    await directory.addToGroup(created.userId, groupId);
    expect(await directory.groupIdsOf(created.userId)).toEqual([groupId]);
    await directory.removeFromGroup(created.userId, groupId);
    await directory.removeFromGroup(created.userId, groupId);
    expect(await directory.groupIdsOf(created.userId)).toEqual([]);

    await directory.delete(created.userId);
    expect(await directory.findByLogin('dana.li')).toBeUndefined();
    await expect(directory.delete(created.userId)).rejects.toThrow(
      new NotFound({ service: 'okta', operation: 'DeleteUser', detail: 'HTTP 404 E0000007' }),
    );
  });

  it('meets the same refusals', async () => {
    const { userId } = await directory.create({ ...dana, login: 'lee' }, []);
    await expect(directory.create({ ...dana, login: 'lee' }, [])).rejects.toThrow(
      new Conflict({ service: 'okta', operation: 'CreateUser', detail: 'HTTP 400 E0000001' }),
    );
    await expect(directory.create({ ...dana, login: '' }, [])).rejects.toThrow(
      new Rejected({ service: 'okta', operation: 'CreateUser', detail: 'HTTP 400 E0000001' }),
    );
    await expect(directory.addToGroup(userId, '00gnone')).rejects.toThrow(
      new NotFound({ service: 'okta', operation: 'AddUserToGroup', detail: 'HTTP 404 E0000007' }),
    );
    await expect(directory.groupIdsOf('00unone')).rejects.toThrow(
      new NotFound({ service: 'okta', operation: 'ListUserGroups', detail: 'HTTP 404 E0000007' }),
    );
    for (const name of ['Partner', 'Everyone']) {
      await expect(directory.groupIdByName(name)).rejects.toThrow(
        new NotFound({ service: 'okta', operation: 'ListGroups', detail: 'no group of this name' }),
      );
    }
    await directory.delete(userId);
  });
});
