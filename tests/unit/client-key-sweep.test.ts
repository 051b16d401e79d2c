import { beforeEach, describe, expect, test } from 'vitest';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import { type ClientKeysAlert, sweepClientKeys } from '../../core/trust/client-key-sweep.ts';
import { type DisclosedKeys, digestsOf } from '../../core/trust/disclosed-keys.ts';
import { fakeClients, type FakeManagedRecords } from '../support/fakes/contract-records.ts';
import { fakeDisclosedKeys } from '../support/fakes/disclosed-keys.ts';
import { clientMappingOf } from '../support/fakes/samples.ts';

const nameOf = (kid: string) => ({ kid, thumbprint: `print-of-${kid}` });
const jwkOf = (kid: string) => ({ kty: 'OKP', crv: 'X', x: kid });
let clients: FakeManagedRecords<ClientMapping>;
let disclosedKeys: DisclosedKeys;
let alerts: ClientKeysAlert[];
let keysOf: Record<string, readonly string[]>;
let failure: Error | undefined;
beforeEach(() => {
  clients = fakeClients();
  disclosedKeys = fakeDisclosedKeys();
  alerts = [];
  keysOf = {};
  failure = undefined;
});
const sweep = () =>
  sweepClientKeys({
    clients,
    clientKeyNames: (clientId) =>
      Promise.resolve((keysOf[clientId] ?? []).map((kid) => ({ ...nameOf(kid), jwk: jwkOf(kid) }))),
    disclosedKeys,
    alerts: {
      raise: (alert) => {
        if (failure !== undefined) return Promise.reject(failure);
        alerts.push(alert);
        return Promise.resolve();
      },
    },
  });

// Threat T-111
describe('OAU-2 the operators are told that a client has a key that was disclosed', () => {
  const client = clientMappingOf();
  const alertOf = (...kids: readonly string[]): ClientKeysAlert => ({
    about: 'keys_disclosed',
    partnerId: client.partnerId,
    clientId: client.clientId,
    contractId: client.contractId,
    keys: kids.map(nameOf),
  });

  test('once for each key', async () => {
    clients.has(client);
    keysOf = { [client.clientId]: ['kept', 'lost', 'later'] };
    expect(await sweep()).toEqual({ disclosed: 0, failures: [] });
    await disclosedKeys.add(['print-of-lost']);
    expect(await sweep()).toEqual({ disclosed: 1, failures: [] });
    expect(await sweep()).toEqual({ disclosed: 1, failures: [] });
    expect(alerts).toEqual([alertOf('lost')]);
    await disclosedKeys.add(['print-of-later']);
    await sweep();
    expect(alerts).toEqual([alertOf('lost'), alertOf('later')]);
  });

  // Threat T-125
  test('also where it is another key that the same private key signs for', async () => {
    clients.has(client);
    keysOf = { [client.clientId]: ['kept', 'lost'] };
    await disclosedKeys.add(digestsOf({ thumbprint: 'print-of-variant', jwk: jwkOf('lost') }));
    expect(await sweep()).toEqual({ disclosed: 1, failures: [] });
    expect(alerts).toEqual([alertOf('lost')]);
  });

  test('for each client that has it, on every page of the list', async () => {
    const many = Array.from({ length: 120 }, (_, number) => ({ ...client, clientId: `client-${number}` }));
    for (const each of many) {
      clients.has(each);
      keysOf[each.clientId] = ['lost'];
    }
    await disclosedKeys.add(['print-of-lost']);
    expect((await sweep()).disclosed).toBe(120);
    expect(new Set(alerts.map(({ clientId }) => clientId)).size).toBe(120);
  });

  test('not where the client is not active', async () => {
    for (const status of ['draft', 'suspended', 'ended'] as const) {
      clients.has({ ...client, clientId: status, status });
      keysOf[status] = ['lost'];
    }
    await disclosedKeys.add(['print-of-lost']);
    expect(await sweep()).toEqual({ disclosed: 0, failures: [] });
    expect(alerts).toEqual([]);
  });

  // Failure F-82
  test('again where the event was not taken, and the other clients are looked at all the same', async () => {
    clients.has(client);
    clients.has({ ...client, clientId: 'other' });
    keysOf = { [client.clientId]: ['lost'] };
    await disclosedKeys.add(['print-of-lost']);
    failure = new Error('not taken');
    expect(await sweep()).toEqual({ disclosed: 0, failures: [failure] });
    failure = undefined;
    await sweep();
    expect(alerts).toEqual([alertOf('lost')]);
  });
});
