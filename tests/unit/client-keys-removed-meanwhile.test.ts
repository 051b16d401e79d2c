import { exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import type { ClientKey } from '../../core/clients/client-mapping.ts';
import { clientOperations } from '../../functions/operator-api/clients.ts';
import type { OperatorApiDependencies } from '../../functions/operator-api/dependencies.ts';
import { fakeClients } from '../support/fakes/contract-records.ts';
import { fakeDisclosedKeys } from '../support/fakes/disclosed-keys.ts';
import { clientMappingOf } from '../support/fakes/samples.ts';

const clock = { now: () => new Date('2026-11-20T10:00:00Z') };
const client = clientMappingOf();

// Threat T-93
test('OAU-2 a key that is removed while it is sent again does not come back without an approval', async () => {
  const jwk = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: 'one' };
  const clients = fakeClients();
  clients.has(client);
  let keys: readonly ClientKey[] = [{ ...jwk, alg: 'ES256', use: 'sig' }];
  const deps = {
    clock,
    clients,
    readKeys: createKeyReader({ clock, readJson: () => Promise.reject(new Error('nothing is fetched')) }),
    disclosedKeys: fakeDisclosedKeys(),
    clientKeys: {
      // Another operator removes the key just after it was read.
      keysOf: async () => {
        const present = keys;
        await clients.replace({ ...client, version: 2 });
        keys = [];
        return present;
      },
      put: (_clientId: string, put: readonly ClientKey[]) => {
        keys = put;
        return Promise.resolve(true);
      },
    },
  } as unknown as OperatorApiDependencies;
  const operation = clientOperations.find(({ operationId }) => operationId === 'putClientKeys');
  const sent = operation?.run(
    deps,
    {
      method: 'PUT',
      resource: '/operator/clients/{clientId}/keys',
      pathParameters: { clientId: 'client-1' },
      query: {},
      repeatedQuery: [],
      headers: { 'content-type': 'application/json', 'if-match': '*' },
      body: Buffer.from(
        JSON.stringify({ upload: { kind: 'jwks', document: { keys: [jwk] } }, why: 'sent again' }),
      ),
      requestId: 'request-1',
      sourceIp: '203.0.113.1',
    },
    { subject: 'ada', mailbox: 'ada@operators.example', role: 'operator' },
  );
  await expect(sent).rejects.toMatchObject({ problem: { code: 'changed_meanwhile' } });
  expect(keys).toEqual([]);
});
