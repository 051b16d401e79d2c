import { beforeEach, describe, expect, test } from 'vitest';
import { deliverLink } from '../../core/credentials/delivery.ts';
import { codeMessage, deriveLink, hashOf } from '../../core/credentials/links.ts';
import { findUnusable, pickUp } from '../../core/credentials/pick-up.ts';
import { OutcomeUnknown, Throttled, Unavailable } from '../../core/errors.ts';
import type { LinkRecord } from '../../core/credentials/records.ts';
import { linkLocked, pickUpFailed } from '../../core/credentials/ticket-texts.ts';
import { type Changed, portsWith } from '../support/fakes/changed-access.ts';
import { fakeLinkKeys } from '../support/fakes/delivery.ts';
import { catalogue, onboardingOf, otherPartnerId } from '../support/fakes/samples.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

const onboarding = onboardingOf('onb-1');
const { token, code } = await deriveLink(fakeLinkKeys, 'onb-1', 1);
const wrong = code.startsWith('0') ? '11111111' : '00000000';
const credentials = {
  outcome: 'credentials',
  credentials: {
    clientId: 'client-1',
    clientSecret: 'value of secret-2',
    brand: catalogue.brands['northwind'],
    product: { id: 'credit-reports', name: 'Credit Reports' },
    environment: 'DEV',
    tokenUrl: 'https://access.example/oauth2/token',
    apiUrl: 'https://access.example/apis/credit-reports',
    documentationUrl: 'https://access.example/docs/credit-reports',
    scopes: ['credit-reports/read'],
    routes: [{ method: 'GET', path: '/reports/{id}', scope: 'credit-reports/read' }],
    firstCall: { method: 'GET', url: 'https://access.example/apis/credit-reports/reports/1' },
    ipRanges: ['203.0.113.10'],
    contractEnd: undefined,
  },
};
const down = new Unavailable({ service: 'kms', operation: 'VerifyMac', detail: 'down' });
const gone = { outcome: 'gone' };

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.ports.onboardings.create(onboarding);
  await world.run('cognito-client', 'apply', onboarding);
  await world.run('gateway-mapping', 'apply', onboarding);
  await deliverLink(world.ports, onboarding, 1);
  world.fakes.desk.updates.length = 0;
});
let attempts = 0;
const present = async (typed: string, given = token) =>
  pickUp(world.ports, given, typed, `attempt-${(attempts += 1)}`);
const presentWrong = async (times: number): Promise<void> => {
  for (let n = 0; n < times; n += 1) await present(wrong);
};
/** The link as it is delivered and mailed. */
const untried = {
  tokenHash: hashOf(token),
  onboardingId: 'onb-1',
  number: 1,
  clientId: 'client-1',
  codeMac: 'O05EUzNRY80wmy7YPlw4v7450bNNnmf9q2uE7yyi9Wk=',
  mail: 'sent',
  mailWaits: 0,
  expiresAt: '2026-11-23T10:00:00.000Z',
};
const tried = { ...untried, triedAt: '2026-11-20T10:00:00.000Z' };
const link = async () => world.ports.links.find(hashOf(token));
/** What the ticket was told, without the references. */
const told = (): readonly unknown[] =>
  world.fakes.desk.updates.map(({ fields }) => ({
    ...fields,
    internalNote: fields.internalNote?.split('\n\n')[0],
    comment: fields.comment?.split('\n\n')[0],
  }));

describe('X-5 while the access is not in force', () => {
  test.each<[what: string, changed: Changed, outcome: string]>([
    ['client is suspended', { client: { status: 'suspended' } }, 'not-in-force'],
    ['contract is suspended', { contract: { status: 'suspended' } }, 'not-in-force'],
    ['partner is suspended', { partner: { status: 'suspended' } }, 'not-in-force'],
    ['contract has not begun', { contract: { startsAt: '2026-11-20T10:00:00.001Z' } }, 'not-in-force'],
    ['client has ended', { client: { status: 'ended' } }, 'access-ended'],
    ['contract has ended', { contract: { status: 'ended' } }, 'access-ended'],
    ['partner has ended', { partner: { status: 'ended' } }, 'access-ended'],
    ["contract's time is over", { contract: { endsAt: '2026-11-20T10:00:00.000Z' } }, 'access-ended'],
    [
      'client is suspended and the contract has ended',
      { client: { status: 'suspended' }, contract: { status: 'ended' } },
      'access-ended',
    ],
  ])('where the %s, every code gives nothing and uses nothing up', async (_what, changed, outcome) => {
    const ports = await portsWith(world, changed);
    expect(await pickUp(ports, token, code, 'right')).toEqual({ outcome });
    expect(await pickUp(ports, token, wrong, 'guessed')).toEqual({ outcome });
    expect(await findUnusable(ports, token)).toEqual({ outcome });
    expect(await link()).toEqual({ ...untried, state: 'live', triesLeft: 5 });
    expect(await findUnusable(world.ports, token)).toBeUndefined();
    expect(await present(code)).toEqual(credentials);
    expect(await findUnusable(ports, token)).toEqual(gone);
  });

  test('right codes at the same time, with one try left, are all answered alike', async () => {
    await presentWrong(4);
    const ports = await portsWith(world, { client: { status: 'suspended' } });
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_, nth) => pickUp(ports, token, code, `suspended-${nth}`)),
    );
    expect(outcomes).toEqual(Array.from({ length: 5 }, () => ({ outcome: 'not-in-force' })));
    expect(await link()).toEqual({ ...tried, state: 'live', triesLeft: 1 });
    expect(await present(code)).toEqual(credentials);
  });
});

// Threat T-114
describe('X-5 a link whose record somebody has changed', () => {
  /** The ports with links that have these attributes in place of their own. */
  const changedTo = (other: Partial<LinkRecord>): World['ports'] => ({
    ...world.ports,
    links: {
      ...world.ports.links,
      find: async (tokenHash) => {
        const found = await world.ports.links.find(tokenHash);
        return found && { ...found, ...other };
      },
      takeAttempt: async (tokenHash, now) => {
        const taken = await world.ports.links.takeAttempt(tokenHash, now);
        return taken && { ...taken, ...other };
      },
    },
  });

  const secretsOfClients = (): readonly number[] =>
    [...world.fakes.cognito.clients.values()].map(({ secrets }) => secrets.length);
  beforeEach(async () => {
    const other = onboardingOf('onb-2');
    await world.ports.onboardings.create(other);
    await world.run('cognito-client', 'apply', other);
    await world.run('gateway-mapping', 'apply', other);
  });

  test.each([
    ['client of another onboarding', { clientId: 'client-2', onboardingId: 'onb-2' }],
    ['end', { expiresAt: '2027-11-23T10:00:00.000Z' }],
  ])('to another %s gives nothing for its own code', async (_what, other) => {
    expect(await pickUp(changedTo(other), token, code, 'thief')).toEqual({
      outcome: 'wrong-code',
      triesLeft: 4,
    });
    expect(secretsOfClients()).toEqual([1, 1]);
    expect(await present(code)).toMatchObject({ credentials: { clientId: 'client-1' } });
  });

  test.each<[what: string, other: object, unusable: string]>([
    ['another client', { clientId: 'client-2' }, 'client-of-another'],
    ['another onboarding', { onboardingId: 'onb-2' }, 'client-of-another'],
    ['an onboarding that is not there', { onboardingId: 'onb-3' }, 'no-onboarding'],
    ...['onboardingId', 'clientId', 'codeMac'].flatMap((name) =>
      [undefined, null, '', 1].map((value): [string, object, string] => [
        `${name} ${JSON.stringify(value)}`,
        { [name]: value },
        'incomplete',
      ]),
    ),
    ['a MAC that is not base64', { codeMac: '!' }, 'incomplete'],
  ])('to %s is gone, and uses nothing up', async (_what, other, damage) => {
    const changed = changedTo(other);
    expect(await pickUp(changed, token, code, 'thief')).toEqual({ outcome: 'gone', damage });
    expect(await pickUp(changed, token, wrong, 'thief')).toEqual({ outcome: 'gone', damage });
    expect(await findUnusable(changed, token)).toEqual({ outcome: 'gone', damage });
    expect(await link()).toEqual({ ...untried, state: 'live', triesLeft: 5 });
    expect(secretsOfClients()).toEqual([1, 1]);
    expect(await present(code)).toMatchObject({ credentials: { clientId: 'client-1' } });
  });

  test('to that of another link gives nothing for the code of either', async () => {
    await deliverLink(world.ports, onboarding, 2);
    const second = await deriveLink(fakeLinkKeys, 'onb-1', 2);
    const ports = changedTo((await world.ports.links.find(hashOf(second.token))) ?? {});
    for (const typed of [code, second.code]) {
      expect(await pickUp(ports, token, typed, 'thief')).toMatchObject({ outcome: 'wrong-code' });
    }
  });
});

// Threat T-123
describe('X-5 a link that was made for the client of another onboarding', () => {
  /** Makes a link as the delivery would, if it took the client that the step has recorded for its own. */
  async function linkFor(clientId: string): Promise<void> {
    const { expiresAt } = untried;
    const message = codeMessage(hashOf(token), { onboardingId: 'onb-1', clientId, expiresAt }, code);
    const codeMac = Buffer.from(await fakeLinkKeys.codeKey.generate(message)).toString('base64');
    world = createWorld();
    for (const subject of [onboarding, onboardingOf('onb-2')]) {
      await world.ports.onboardings.create(subject);
      await world.run('cognito-client', 'apply', subject);
      await world.run('gateway-mapping', 'apply', subject);
    }
    await world.ports.links.create({
      ...untried,
      clientId,
      codeMac,
      state: 'live',
      triesLeft: 5,
      mail: 'sent',
    });
  }
  const unused = () => expect.objectContaining({ state: 'live', triesLeft: 5 }) as unknown;

  test('gives nothing for the right code, and uses nothing up', async () => {
    await linkFor('client-2');
    for (const typed of [code, wrong]) {
      expect(await present(typed)).toEqual({ outcome: 'gone', damage: 'client-of-another' });
    }
    expect(await link()).toEqual(unused());
    expect([...world.fakes.cognito.clients.values()].map(({ secrets }) => secrets.length)).toEqual([1, 1]);
    expect(told()).toEqual([]);
  });

  test.each([
    ['of another onboarding of the partner', { onboardingId: 'onb-2' }],
    ['of this onboarding and another partner', { partnerId: otherPartnerId }],
    ['of another, and suspended', { onboardingId: 'onb-2', status: 'suspended' }],
    ['of another, and ended', { onboardingId: 'onb-2', status: 'ended' }],
  ] as const)('says the same where the client is %s', async (_what, of) => {
    await linkFor('client-1');
    const ports = await portsWith(world, { client: of });
    expect(await pickUp(ports, token, code, 'thief')).toEqual({
      outcome: 'gone',
      damage: 'client-of-another',
    });
    expect(await link()).toEqual(unused());
    expect(await present(code)).toMatchObject({ credentials: { clientId: 'client-1' } });
  });
});

describe('X-5 link and code', () => {
  test('show the credentials once', async () => {
    expect(await present(code)).toEqual(credentials);
    expect(await link()).toEqual({ ...tried, state: 'used', triesLeft: 4 });
    expect(await present(code)).toEqual(gone);
    expect(told()).toEqual([]);
  });

  // Threat T-8
  test('of two links do not fit each other', async () => {
    await deliverLink(world.ports, onboarding, 2);
    expect(await present((await deriveLink(fakeLinkKeys, 'onb-1', 2)).code)).toEqual({
      outcome: 'wrong-code',
      triesLeft: 4,
    });
  });

  test('presented twice at the same time show them to one', async () => {
    expect(await Promise.all([present(code), present(code)])).toEqual([credentials, gone]);
    expect(world.fakes.cognito.clients.get('client-1')?.secrets).toHaveLength(1);
  });

  test('that were replaced, taken back, invented or are too old show nothing, and no try is counted', async () => {
    expect(await present(code, 'invented')).toEqual(gone);
    world.time.now = new Date('2026-11-23T10:00:00Z');
    expect(await present(code)).toEqual(gone);
    expect(await link()).toEqual({ ...untried, state: 'live', triesLeft: 5 });
    world.time.now = new Date('2026-11-23T09:59:59.999Z');
    await world.ports.links.revoke(hashOf(token));
    expect(await present(code)).toEqual(gone);
    expect(told()).toEqual([]);
  });

  test('work up to the last moment', async () => {
    world.time.now = new Date('2026-11-23T09:59:59.999Z');
    expect(await present(code)).toEqual(credentials);
  });
});

describe('X-14 a pick-up while Cognito is busy', () => {
  test.each([
    [
      'is throttled',
      'secrets.add',
      new Throttled({ service: 'cognito', operation: 'Add', detail: '429' }),
      4,
    ],
    [
      'cannot look',
      'secrets.list',
      new Unavailable({ service: 'cognito', operation: 'List', detail: '503' }),
      1,
    ],
  ] as const)(
    'that %s keeps its link, and the next one shows the credentials',
    async (_what, call, error, times) => {
      for (let time = 0; time < times; time += 1) world.trouble.next(call, 'before', error);
      await expect(present(code)).rejects.toBe(error);
      expect(await link()).toEqual({ ...tried, state: 'live', triesLeft: 5 });
      expect(told()).toEqual([]);
      expect(await present(code)).toEqual(credentials);
      expect(await present(code)).toEqual(gone);
    },
  );

  test('whose link cannot be put back is told to the ticket', async () => {
    world.trouble.next('secrets.list', 'before', down);
    world.trouble.next('links.release', 'before', down);
    await expect(present(code)).rejects.toBe(down);
    expect(await link()).toEqual({ ...tried, state: 'used', triesLeft: 4 });
    expect(told()).toEqual([pickUpFailed()]);
  });

  test('does not revive a link that was revoked meanwhile', async () => {
    const down = new Unavailable({ service: 'cognito', operation: 'List', detail: '503' });
    const list = async () => {
      await world.ports.links.revoke(hashOf(token));
      throw down;
    };
    const secrets = { ...world.ports.secrets, list };
    await expect(pickUp({ ...world.ports, secrets }, token, code, 'attempt')).rejects.toBe(down);
    expect(await link()).toEqual({ ...tried, state: 'revoked', triesLeft: 4 });
  });
});

describe('X-5 wrong codes', () => {
  test('count down; the fifth locks the link and tells the ticket, once', async () => {
    const outcomes = [];
    for (let n = 0; n < 5; n += 1) outcomes.push(await present(wrong));
    expect(outcomes).toEqual([4, 3, 2, 1, 0].map((triesLeft) => ({ outcome: 'wrong-code', triesLeft })));
    expect(await link()).toEqual({ ...tried, state: 'locked', triesLeft: 0 });
    expect(told()).toEqual([linkLocked()]);
    expect(await present(code)).toEqual(gone);
    expect(told()).toEqual([linkLocked()]);
  });

  test('four are forgiven', async () => {
    await presentWrong(4);
    expect(await present(code)).toEqual(credentials);
    world.time.now = new Date(world.time.now.getTime() + 61_000);
    expect(await present(code)).toEqual(gone);
    expect(await link()).toEqual({ ...tried, state: 'used', triesLeft: 0 });
    expect(told()).toEqual([]);
  });

  test('four, then the right one twice at the same time: one shows the credentials, and nothing is locked', async () => {
    await presentWrong(4);
    expect(await Promise.all([present(code), present(code)])).toEqual([credentials, gone]);
    expect(await link()).toEqual({ ...tried, state: 'used', triesLeft: 0 });
    expect(told()).toEqual([]);
  });

  test('many at the same time are no more than five', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, async () => present(wrong)));
    expect(outcomes.filter(({ outcome }) => outcome === 'wrong-code')).toHaveLength(5);
    expect(world.trouble.calls.filter((call) => call === 'macs.verify')).toHaveLength(5);
    expect(await link()).toEqual({ ...tried, state: 'locked', triesLeft: 0 });
    expect(told()).toEqual([linkLocked()]);
  });
});

describe('X-5 trouble during a pick-up', () => {
  test('before the code is known to be right gives the try back', async () => {
    world.trouble.next('macs.verify', 'before', down);
    await expect(present(code)).rejects.toBe(down);
    expect(await link()).toEqual({ ...tried, state: 'live', triesLeft: 5 });
    expect(await present(code)).toEqual(credentials);
    expect(told()).toEqual([]);
  });

  test('even if it was the last try', async () => {
    await presentWrong(4);
    world.trouble.next('macs.verify', 'before', down);
    await expect(present(code)).rejects.toBe(down);
    expect(await present(code)).toEqual(credentials);
  });

  test.each(['onboardings.find', 'contracts.find'])(
    'at %s, before the link is used up, costs no try',
    async (call) => {
      world.trouble.next(call, 'before', down);
      await expect(present(code)).rejects.toBe(down);
      expect(await link()).toEqual({ ...untried, state: 'live', triesLeft: 5 });
      expect(told()).toEqual([]);
      expect(await present(code)).toEqual(credentials);
    },
  );

  test('an access that cannot be described any more uses up nothing', async () => {
    const emptied = { ...world.ports, catalogue: { ...world.ports.catalogue, products: {} } };
    await expect(pickUp(emptied, token, code, 'attempt')).rejects.toMatchObject({ name: 'Defect' });
    expect(await present(code)).toEqual(credentials);
  });

  test.each([
    'ledger.lock',
    'secrets.list',
    'ledger.delivered',
    'secrets.add',
    'secrets.remove',
    'ledger.record',
  ])('at %s, after the link is used up, tells the ticket', async (call) => {
    for (const moment of ['before', 'after'] as const) {
      const lost = new OutcomeUnknown({ service: 'any', operation: 'any', detail: 'lost' });
      await deliverLink(world.ports, onboarding, moment === 'before' ? 1 : 2);
      world.fakes.desk.updates.length = 0;
      world.time.now = new Date(world.time.now.getTime() + 61_000);
      const secrets = await deriveLink(fakeLinkKeys, 'onb-1', moment === 'before' ? 1 : 2);
      world.trouble.next(call, moment, lost);
      await expect(present(secrets.code, secrets.token)).rejects.toBe(lost);
      expect(told()).toEqual([pickUpFailed()]);
      expect(await present(secrets.code, secrets.token)).toEqual(gone);
    }
  });

  test('is told to the partner even if the ticket cannot be told', async () => {
    world.trouble.next('secrets.add', 'before', down);
    world.trouble.next(
      'desk.updateTicket',
      'before',
      new Unavailable({ service: 'servicenow', operation: 'UpdateRecord', detail: 'down' }),
    );
    await expect(present(code)).rejects.toBe(down);
  });

  test.each(['links.lock', 'onboardings.find', 'entries.begin', 'desk.updateTicket', 'entries.written'])(
    'at %s leaves a half-done lock, which a later POST finishes',
    async (call) => {
      await deliverLink(world.ports, onboarding, 3);
      const third = await deriveLink(fakeLinkKeys, 'onb-1', 3);
      for (let n = 0; n < 4; n += 1) await present(wrong, third.token);
      const callsBefore = world.trouble.calls.length;
      await present(wrong, third.token);
      // Some of these are called before the attempt, too.
      const nth = world.trouble.calls.slice(callsBefore).lastIndexOf(call) + 1;

      for (const moment of ['before', 'after'] as const) {
        const number = moment === 'before' ? 1 : 2;
        await deliverLink(world.ports, onboarding, number);
        world.fakes.desk.updates.length = 0;
        const secrets = await deriveLink(fakeLinkKeys, 'onb-1', number);
        const delivered = await world.ports.links.find(hashOf(secrets.token));
        const triedAt = world.time.now.toISOString();
        for (let n = 0; n < 4; n += 1) await present(wrong, secrets.token);
        world.trouble.nth(nth, moment, down);
        await expect(present(wrong, secrets.token)).rejects.toBe(down);
        world.time.now = new Date(world.time.now.getTime() + 61_000);
        expect(await present(secrets.code, secrets.token)).toEqual(gone);
        expect(await world.ports.links.find(hashOf(secrets.token))).toEqual({
          ...delivered,
          triedAt,
          state: 'locked',
          triesLeft: 0,
        });
        expect(told()).toEqual([linkLocked()]);
      }
    },
  );
});
