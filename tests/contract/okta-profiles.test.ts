import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPartnerProfiles } from '../../adapters/okta/partner-profiles.ts';
import { createUserDirectory } from '../../adapters/okta/user-directory.ts';
import type { PartnerProfile, PartnerProfiles } from '../../core/users/sweep.ts';
import { createClock } from '../../local/kernel/clock.ts';
import { createFaults, type Faults } from '../../local/kernel/faults.ts';
import { openInbox } from '../../local/kernel/inbox.ts';
import { type Served, serve } from '../../local/kernel/serve.ts';
import { openStore, type Store } from '../../local/kernel/store.ts';
import { createOkta } from '../../local/okta/okta.ts';
import { oktaProfileAttributes } from '../../local/seed/names.ts';
import { registeredApp, signerWith } from '../support/okta-app.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const [manager, reader] = [rsaKeys('first'), rsaKeys('second')];
const clock = createClock();

describe("JWT-3 the partners' profiles in Okta", () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-okta-'));
  let store: Store;
  let faults: Faults;
  let okta: Served;
  let profiles: PartnerProfiles;
  let create: (login: string) => Promise<string>;
  beforeAll(async () => {
    store = openStore(folder);
    faults = createFaults();
    const [managerJwk, readerJwk] = await Promise.all([
      exportJWK(manager.publicKey),
      exportJWK(reader.publicKey),
    ]);
    okta = await serve(
      createOkta({
        store,
        clock,
        faults,
        inbox: openInbox(store),
        groups: [],
        profileAttributes: oktaProfileAttributes,
        serviceApp: registeredApp('0oa-manager', managerJwk),
        readerApp: registeredApp('0oa-reader', readerJwk),
        loginApp: registeredApp('0oa-login', managerJwk),
      }),
      0,
    );
    profiles = createPartnerProfiles({
      orgUrl: okta.url,
      clientId: '0oa-reader',
      signer: signerWith({ ...(await exportJWK(reader.privateKey)), kid: 'reader' }),
      clock,
    });
    const directory = createUserDirectory({
      orgUrl: okta.url,
      clientId: '0oa-manager',
      signer: signerWith({ ...(await exportJWK(manager.privateKey)), kid: 'key-1' }),
      clock,
    });
    create = async (login) =>
      (
        await directory.create(
          {
            login,
            email: `${login}@acme.example`,
            firstName: 'Dana',
            lastName: 'Li',
            telephone: '+1 555 0100',
            partnerId: 'partner-acme',
            onboardingId: 'onb-1',
          },
          [],
        )
      ).userId;
  });
  afterAll(async () => {
    await okta.close();
    store.close();
    rmSync(folder, { recursive: true });
  });

  const asAdmin = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${okta.url}/api/v1/users${path}`, {
      ...init,
      headers: { authorization: 'SSWS twin', 'content-type': 'application/json' },
    });
  const listed = async (): Promise<readonly PartnerProfile[]> => {
    const all: PartnerProfile[] = [];
    for await (const profile of profiles.list()) all.push(profile);
    return all;
  };

  it('are listed with partner and state, however many there are, and nobody else is', async () => {
    const employee = {
      profile: { login: 'lee', email: 'lee@company.example', firstName: 'Lee', lastName: 'Ray' },
    };
    await asAdmin('', { method: 'POST', body: JSON.stringify(employee) });
    const ids = await Promise.all(Array.from({ length: 401 }, (_, index) => create(`Dana.${index}`)));
    const [suspended = '', deactivated = ''] = ids;
    await asAdmin(`/${suspended}/lifecycle/suspend`, { method: 'POST' });
    await asAdmin(`/${deactivated}/lifecycle/deactivate`, { method: 'POST' });

    const all = await listed();
    expect(all.map(({ profileId }) => profileId)).toEqual(ids.toSorted());
    expect(all.find(({ profileId }) => profileId === ids[2])).toEqual({
      userId: 'dana.2',
      partnerId: 'partner-acme',
      profileId: ids[2],
      state: 'active',
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/u) as string,
    });
    expect(all.filter(({ state }) => state === 'inactive').map(({ profileId }) => profileId)).toEqual(
      [suspended, deactivated].toSorted(),
    );
  });

  it('are looked up by id: in their state, or not at all', async () => {
    const id = await create('one.more');
    expect(await profiles.stateOf(id)).toEqual({
      profileId: id,
      state: 'active',
      since: expect.any(String) as string,
    });
    await asAdmin(`/${id}/lifecycle/deactivate`, { method: 'POST' });
    expect((await profiles.stateOf(id))?.state).toBe('inactive');
    await asAdmin(`/${id}`, { method: 'DELETE' });
    expect(await profiles.stateOf(id)).toBeUndefined();
  });

  it('are not taken for gone while Okta does not answer', async () => {
    faults.add([
      { service: 'okta', operation: 'ListUsers', mode: 'fail-before', times: 1 },
      { service: 'okta', operation: 'GetUser', mode: 'throttle', times: 1 },
    ]);
    await expect(listed()).rejects.toHaveProperty('name', 'Unavailable');
    await expect(profiles.stateOf('00u1')).rejects.toHaveProperty('name', 'Throttled');
  });
});
