import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK } from 'jose';
import { usualLimits } from '../../adapters/http/json-call.ts';
import { createUserDirectory } from '../../adapters/okta/user-directory.ts';
import type { UserDirectory } from '../../core/access/ports.ts';
import { createClock } from '../../local/kernel/clock.ts';
import { createFaults } from '../../local/kernel/faults.ts';
import { openInbox } from '../../local/kernel/inbox.ts';
import { serve } from '../../local/kernel/serve.ts';
import { openStore } from '../../local/kernel/store.ts';
import { openDirectory } from '../../local/okta/directory.ts';
import { oktaProfileAttributes } from '../../local/seed/names.ts';
import { createOkta } from '../../local/okta/okta.ts';
import { describeDirectory, type DirectoryMethod } from '../conformance/directory.ts';
import { unusedAddress, longTimeout } from '../conformance/faulty-calls.ts';
import { registeredApp, signerWith } from '../support/okta-app.ts';
import { rsaKeys } from '../support/rsa-keys.ts';

const clientId = '0oa-sallyport';

/** The operation of Okta that each method calls. */
const operations: Readonly<Record<DirectoryMethod | 'login', string>> = {
  login: 'Token',
  findByLogin: 'GetUser',
  create: 'CreateUser',
  delete: 'DeleteUser',
  groupIdByName: 'ListGroups',
  groupIdsOf: 'ListUserGroups',
  addToGroup: 'AddUserToGroup',
  removeFromGroup: 'RemoveUserFromGroup',
};

describeDirectory({
  name: 'the Okta adapter',
  logsIn: true,
  outageSaysNothingWasDone: false,
  // The first DELETE deactivates an active user, and the second one deletes it.
  calls: { delete: ['changes', 'changes'] },
  refusedAttributes: { firstName: '' },
  start: async (groups) => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-okta-'));
    const [store, clock, faults] = [openStore(folder), createClock(), createFaults()];
    const { privateKey, publicKey } = rsaKeys('first');
    const app = registeredApp(clientId, await exportJWK(publicKey));
    const org = await serve(
      createOkta({
        store,
        clock,
        faults,
        inbox: openInbox(store),
        groups,
        profileAttributes: oktaProfileAttributes,
        serviceApp: app,
        loginApp: registeredApp('0oa-login', await exportJWK(publicKey)),
      }),
      0,
    );
    const unused = await unusedAddress();
    const signer = signerWith(await exportJWK(privateKey));
    const connectTo = (orgUrl: string, timeoutMilliseconds: number): UserDirectory =>
      createUserDirectory({
        orgUrl,
        clientId,
        signer,
        clock,
        limits: { ...usualLimits, timeoutMilliseconds },
      });
    /** What an administrator does by hand. */
    const asAdministrator = async (path: string, body = {}): Promise<void> => {
      const { ok } = await fetch(new URL(`/api/v1/users${path}`, org.url), {
        method: 'POST',
        headers: { authorization: 'SSWS twin', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!ok) throw new Error(`the administrator was refused: ${path}`);
    };

    return {
      connect: (timeoutMilliseconds) => connectTo(org.url, timeoutMilliseconds),
      connectToUnusedAddress: () => connectTo(unused, longTimeout),
      injectFault: ({ method, after, mode }) => {
        faults.add([{ service: 'okta', operation: operations[method], mode, after, times: 1 }]);
      },
      pendingFaults: () => faults.pending().length,
      clearFaults: () => faults.clear(),
      stop: async () => {
        await org.close();
        store.close();
        rmSync(folder, { recursive: true });
      },
      unknownUserId: '00unone',
      unknownGroupId: '00gnone',
      usersWithLogin: async (login) => {
        const vendor = openDirectory(store, clock, groups);
        return Promise.resolve(
          vendor.users
            .all()
            .filter(({ profile }) => profile['login'] === login)
            .map(({ id, status, profile, groupIds }) => ({
              userId: id,
              active: status === 'PROVISIONED' || status === 'ACTIVE',
              login,
              email: profile['email'] ?? '',
              firstName: profile['firstName'] ?? '',
              lastName: profile['lastName'] ?? '',
              telephone: profile['primaryPhone'] ?? '',
              ...(profile['sallyportPartner'] !== undefined && { partnerId: profile['sallyportPartner'] }),
              ...(profile['sallyportOnboarding'] !== undefined && {
                onboardingId: profile['sallyportOnboarding'],
              }),
              groups: groupIds.map((groupId) => vendor.groups.get(groupId)?.profile.name ?? ''),
            })),
        );
      },
      createByHand: (profile) => asAdministrator('?activate=false', { profile }),
      deactivateByHand: (userId) => asAdministrator(`/${userId}/lifecycle/deactivate`),
    };
  },
});
