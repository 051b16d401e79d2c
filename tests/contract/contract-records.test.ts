import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  clientRecords,
  createContracts,
  createPartners,
  createClientContexts,
} from '../../adapters/aws/contract-records.ts';
import { createManagedRecords } from '../../adapters/aws/managed-records.ts';
import type { Table } from '../../adapters/aws/table.ts';
import { createUserRemoval, createUsers } from '../../adapters/aws/user-records.ts';
import { createTableReader } from '../../adapters/aws/table-reader.ts';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import { secondsAfter } from '../../core/clock.ts';
import { amend, initialState, transition } from '../../core/lifecycle/change.ts';
import type { Contract, Contracts } from '../../core/contracts/records.ts';
import type { Page } from '../../core/lifecycle/managed-records.ts';
import type { Partner } from '../../core/partners/partner.ts';
import { tableName } from '../support/deployed.ts';
import { type AwsTwin, effectUnderFault, errorUnderFault, startAwsTwin } from '../support/aws-twin.ts';
import { fakeClients, fakeContracts, fakePartners } from '../support/fakes/contract-records.ts';
import { contractOf, userOf } from '../support/fakes/samples.ts';
import { awsEnvironment, tableAt } from '../support/table.ts';

let twin: AwsTwin;
let table: Table;
beforeAll(async () => {
  twin = await startAwsTwin();
  table = tableAt(twin.url, { attempts: 1 });
});
afterAll(async () => {
  await twin.stop();
});

const inDynamoDb = () => ({
  partners: createPartners(table),
  contracts: createContracts(table),
  clients: createManagedRecords(table, clientRecords),
});
const inMemory = (): ReturnType<typeof inDynamoDb> => ({
  partners: fakePartners(),
  contracts: fakeContracts(),
  clients: fakeClients(),
});

/** Ids of their own for each test: all share one table. */
let tests = 0;
let id = '';
beforeEach(() => {
  id = `id-${(tests += 1)}`;
});

const change = { at: '2026-11-20T10:00:00.000Z', by: 'operator-1', why: 'Agreed' };
const partnerOf = (partnerId: string): Partner => ({
  partnerId,
  name: 'Acme Credit Ltd',
  ...initialState('active', change),
});
const contractUnder = (partnerId: string, contractId = id, agreed: Partial<Contract> = {}): Contract =>
  contractOf({ contractId, partnerId, ...agreed });
const clientUnder = (contract: Contract, clientId = id): ClientMapping => ({
  clientId,
  partnerId: contract.partnerId,
  contractId: contract.contractId,
  product: 'credit-reports',
  onboardingId: 'onb-1',
  scopes: ['credit-reports/read'],
  routes: [],
  ipRanges: ['203.0.113.10'],
  apiKey: 'value',
  ...initialState('active', change),
});

describe.each([
  ['in DynamoDB', inDynamoDb],
  ['in memory, as the unit tests use them', inMemory],
])('OAU-1 the records %s', (_where, open) => {
  let records: ReturnType<typeof inDynamoDb>;
  beforeEach(() => {
    records = open();
  });

  // Failure F-33
  test('are created once, as they came', async () => {
    expect(await records.contracts.find(id)).toBeUndefined();
    const created = await Promise.all([
      records.contracts.create(contractUnder('acme')),
      records.contracts.create(contractUnder('acme', id, { ratePlan: 'premium' })),
    ]);
    expect(created.toSorted()).toEqual([false, true]);
    expect(await records.contracts.find(id)).toEqual(
      contractUnder('acme', id, created[0] ? {} : { ratePlan: 'premium' }),
    );
    expect(await records.partners.create(partnerOf(id))).toBe(true);
    expect(await records.partners.create(partnerOf(id))).toBe(false);
    expect(await records.partners.find(id)).toEqual(partnerOf(id));
  });

  // Failure F-35
  test('change from the version that was read, or not at all', async () => {
    await records.contracts.create(contractUnder('acme'));
    const suspended = transition(contractUnder('acme'), 'suspended', change);
    const amended = transition(contractUnder('acme'), 'ended', change);
    if (suspended.outcome === 'refused' || amended.outcome === 'refused') throw new Error('refused');
    const replaced = await Promise.all([
      records.contracts.replace(suspended.record),
      records.contracts.replace(amended.record),
    ]);
    expect(replaced.toSorted()).toEqual([false, true]);
    const there = replaced[0] ? suspended.record : amended.record;
    expect(await records.contracts.find(id)).toEqual(there);
    expect(await records.contracts.replace(there)).toBe(false);
    expect(await records.contracts.replace({ ...there, version: 4 })).toBe(false);
    expect(await records.contracts.find(id)).toEqual(there);
  });

  test('lose what the next version no longer has', async () => {
    const before = contractUnder('acme', id, {
      endsAt: '2027-01-01T00:00:00.000Z',
      grants: ['password'],
      password: { owner: 'owner@company.example', sunset: '2027-01-01T00:00:00.000Z' },
    });
    await records.contracts.create(before);
    const { endsAt, password, status, version, changes, ...kept } = before;
    expect([endsAt, password, status, version, changes.length]).toEqual([
      expect.any(String),
      expect.any(Object),
      'active',
      1,
      1,
    ]);
    const amended = amend<Omit<Contract, 'status' | 'version' | 'changes'>>(
      before,
      { ...kept, grants: ['client_credentials'] },
      { ...change, why: 'No passwords' },
    );
    if (amended.outcome === 'refused') throw new Error('refused');
    expect(await records.contracts.replace(amended.record)).toBe(true);
    expect(await records.contracts.find(id)).toEqual({
      ...kept,
      grants: ['client_credentials'],
      status: 'active',
      version: 2,
      changes: [...changes, { ...change, why: 'No passwords' }],
      editors: [change.by],
    });
  });

  test('that are not there are not replaced into being', async () => {
    expect(await records.clients.replace({ ...clientUnder(contractUnder('acme')), version: 2 })).toBe(false);
    expect(await records.clients.find(id)).toBeUndefined();
  });

  /** All pages, from the first. */
  async function pagesOf(
    contracts: Contracts,
    limit: number,
    partnerId?: string,
  ): Promise<readonly (readonly string[])[]> {
    const pages: (readonly string[])[] = [];
    let page: Page<Contract> = await contracts.list({ limit }, partnerId);
    for (;;) {
      pages.push(page.items.map(({ contractId }) => contractId));
      if (page.next === undefined) return pages;
      page = await contracts.list({ limit, after: page.next }, partnerId);
    }
  }

  // Failure F-34
  test("are listed page by page, by partner and id, and a partner's alone", async () => {
    const [one, other] = [`${id}-a`, `${id}-b`];
    const names = ['c-1', 'c-2', 'c-3', 'c-4'].map((name) => `${id}-${name}`);
    for (const contractId of names.toReversed()) {
      await records.contracts.create(contractUnder(one, contractId));
    }
    await records.contracts.create(contractUnder(other, `${id}-b-1`));
    await records.partners.create(partnerOf(one));

    expect(await pagesOf(records.contracts, 3, one)).toEqual([names.slice(0, 3), names.slice(3)]);
    expect(await pagesOf(records.contracts, 2, one)).toEqual([names.slice(0, 2), names.slice(2)]);
    expect(await pagesOf(records.contracts, 4, one)).toEqual([names]);
    expect(await pagesOf(records.contracts, 10, other)).toEqual([[`${id}-b-1`]]);
    expect(await pagesOf(records.contracts, 10, `${id}-`)).toEqual([[]]);
    const mine = (await pagesOf(records.contracts, 2))
      .flat()
      .filter((contractId) => contractId.startsWith(id));
    expect(mine).toEqual([...names, `${id}-b-1`]);
    expect((await records.partners.list({ limit: 10 }, one)).items).toEqual([partnerOf(one)]);
  });

  test('are listed as they are, from wherever a page may end', async () => {
    const contract = contractUnder(id);
    await records.contracts.create(contract);
    const clients = ['one', 'two'].map((name) => clientUnder(contract, `${id}-${name}`));
    for (const each of clients) await records.clients.create(each);
    expect(await records.contracts.list({ limit: 1 }, id)).toEqual({ items: [contract] });
    expect(await records.clients.list({ limit: 2 }, id)).toEqual({ items: clients });
    // Nobody but this list gives such a place, and none shows what is another partner's.
    for (const after of ['!', 'zzz', `${id}0/x`]) {
      expect(
        (await records.contracts.list({ limit: 10, after }, id)).items.every(
          ({ partnerId }) => partnerId === id,
        ),
      ).toBe(true);
    }
  });
});

test('OAU-1 a page that is too long for one answer of DynamoDB is put together from several', async () => {
  const { contracts } = inDynamoDb();
  // Four times 350 KB: DynamoDB answers a megabyte at most.
  const long = { at: change.at, by: 'x'.repeat(7000), why: change.why };
  const names = ['1', '2', '3', '4'].map((name) => `${id}-${name}`);
  for (const contractId of names) {
    await contracts.create(
      contractUnder(id, contractId, { changes: Array.from({ length: 50 }, () => long) }),
    );
  }
  const { items, next } = await contracts.list({ limit: 4 }, id);
  expect(items.map(({ contractId }) => contractId)).toEqual(names);
  expect(next).toBeUndefined();
});

// Threat T-77
test.each(effectUnderFault)('%s: a change of a record is %s', async (mode, name) => {
  const { contracts } = inDynamoDb();
  await contracts.create(contractUnder('acme'));
  const suspended = transition(contractUnder('acme'), 'suspended', change);
  if (suspended.outcome === 'refused') throw new Error('refused');
  twin.faults.add([{ service: 'dynamodb', operation: 'UpdateItem', mode, times: 1 }]);
  await expect(contracts.replace(suspended.record)).rejects.toThrow(
    errorUnderFault(name, 'dynamodb', 'UpdateItem', mode, 'ABORT_ERR'),
  );
  // Whether it is there already or not, what it was to become is what is there in the end.
  await contracts.replace(suspended.record);
  expect(await contracts.find(id)).toEqual(suspended.record);
});

describe.each([
  ['as most do', () => table],
  [
    'as the authorizer does',
    () => createTableReader({ tableName, requestTimeout: 5000, env: awsEnvironment(twin.url) }),
  ],
])('X-8 what a client stands on, read %s,', (_how, reader) => {
  const start = new Date('2026-11-20T10:00:00Z');
  let now = start;
  beforeEach(() => {
    now = start;
  });
  const counted = () => {
    const keys: string[] = [];
    const standings = createClientContexts({
      table: {
        get: (key) => {
          keys.push(key.pk);
          return reader().get(key);
        },
      },
      clock: { now: () => now },
    });
    return { keys, standings };
  };

  test('is the client, its contract and its partner', async () => {
    const { partners, contracts, clients } = inDynamoDb();
    const { keys, standings } = counted();
    expect(await standings(id)).toEqual({ client: undefined, contract: undefined, partner: undefined });
    expect(keys).toEqual([`CLIENT#${id}`]);

    const contract = contractUnder(id);
    await clients.create(clientUnder(contract));
    const found = await standings(id);
    expect(found).toMatchObject({ client: clientUnder(contract) });
    expect([found.contract, found.partner]).toEqual([undefined, undefined]);

    await contracts.create(contract);
    await partners.create(partnerOf(id));
    expect(await standings(id)).toMatchObject({
      client: clientUnder(contract),
      contract,
      partner: partnerOf(id),
    });
  });

  // Failure F-31
  test('is believed for ten seconds, that of each client by itself', async () => {
    const { partners, contracts, clients } = inDynamoDb();
    const { keys, standings } = counted();
    const statusOf = async (clientId: string) => (await standings(clientId)).contract?.status;
    const contract = contractUnder(id);
    await Promise.all([
      clients.create(clientUnder(contract)),
      clients.create(clientUnder(contract, `${id}-2`)),
      contracts.create(contract),
      partners.create(partnerOf(id)),
    ]);
    await standings(id);
    now = secondsAfter(start, 5);
    await standings(`${id}-2`);
    expect(keys).toEqual([
      `CLIENT#${id}`,
      `CONTRACT#${id}`,
      `PARTNER#${id}`,
      `CLIENT#${id}-2`,
      `CONTRACT#${id}`,
      `PARTNER#${id}`,
    ]);

    const suspended = transition(contract, 'suspended', change);
    if (suspended.outcome === 'refused') throw new Error('refused');
    await contracts.replace(suspended.record);
    now = secondsAfter(start, 9.999);
    expect(await statusOf(id)).toBe('active');
    now = secondsAfter(start, 10);
    expect(await statusOf(id)).toBe('suspended');
    expect(await statusOf(`${id}-2`)).toBe('active');
    now = secondsAfter(start, 15);
    expect(await statusOf(`${id}-2`)).toBe('suspended');
    expect(keys).toHaveLength(12);
  });
});

// Threat T-104
test('JWT-3 the record of a user is deleted as it was read, and not once it has been changed', async () => {
  const users = createUsers(table);
  const removeRecord = createUserRemoval(table);
  const read = userOf({ userId: 'dana.li@acme.example' });
  await users.create(read);
  await users.replace({ ...read, version: read.version + 1 });
  expect(await removeRecord(read)).toBe(false);
  expect(await users.find(read.userId)).toMatchObject({ version: read.version + 1 });
  expect(await removeRecord({ ...read, version: read.version + 1 })).toBe(true);
  expect(await users.find(read.userId)).toBeUndefined();
});
