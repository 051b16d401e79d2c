import { beforeEach, describe, expect, test } from 'vitest';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import { Conflict } from '../../core/errors.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import { expiryWarning } from '../../core/trust/expiry.ts';
import { type DisclosedKeys, digestsOf } from '../../core/trust/disclosed-keys.ts';
import { withKeys, withKeysOfUrl } from '../../core/trust/key-list.ts';
import { InvalidKeys } from '../../core/trust/key-errors.ts';
import type { Issuer, LeftOutKey, TrustedKey } from '../../core/trust/records.ts';
import type { ClientKeySweep } from '../../core/trust/client-key-sweep.ts';
import { sweepTrust, type TrustAlert } from '../../core/trust/sweep.ts';
import { fakeDisclosedKeys } from '../support/fakes/disclosed-keys.ts';
import { fakeClients, fakeIssuers, type FakeManagedRecords } from '../support/fakes/contract-records.ts';

const day = (number: number): Date => new Date(Date.UTC(2030, 0, 1 + number));
const key = (kid: string, expiresOn?: number): TrustedKey => ({
  kid,
  jwk: { kty: 'OKP', crv: 'Ed25519', x: kid },
  algorithm: 'EdDSA',
  thumbprint: `print-of-${kid}`,
  ...(expiresOn !== undefined && {
    notBefore: day(-10).toISOString(),
    notAfter: day(expiresOn).toISOString(),
  }),
});
const issuer: Issuer = {
  issuer: 'https://portal.acme.example',
  partnerId: 'acme',
  clientId: 'client-1',
  audiences: ['urn:sallyport'],
  principalClaim: 'sub',
  longestLife: 300,
  uses: ['assertion'],
  keys: [key('long', 100)],
  ...initialState('active', { at: day(0).toISOString(), by: 'olga', why: 'agreed' }),
};

let issuers: FakeManagedRecords<Issuer>;
let alerts: TrustAlert[];
let published: () => readonly TrustedKey[];
let leftOut: readonly LeftOutKey[];
let disclosed: readonly string[];
let clients: FakeManagedRecords<ClientMapping>;
let clientKeyNames: ClientKeySweep['clientKeyNames'];
let disclosedKeys: DisclosedKeys;
let now: Date;
beforeEach(() => {
  issuers = fakeIssuers();
  alerts = [];
  published = () => expect.fail('nothing is published');
  leftOut = [];
  disclosed = [];
  disclosedKeys = fakeDisclosedKeys();
  clients = fakeClients();
  clientKeyNames = () => Promise.resolve([]);
});

const sweepOn = (number: number) => {
  now = day(number);
  return sweepTrust({
    issuers,
    clients,
    clientKeyNames,
    disclosedKeys,
    clock: { now: () => now },
    alerts: {
      raise: (alert) => {
        alerts.push(alert);
        return Promise.resolve();
      },
    },
    readKeys: (upload) =>
      Promise.resolve().then(() => {
        expect(upload).toEqual({
          kind: 'jwksUrl',
          url: 'https://portal.acme.example/keys',
          algorithm: 'PS256',
        });
        return { keys: published(), warnings: [], leftOut, disclosed };
      }),
  });
};

describe("JWT-1 the warnings of a certificate's end", () => {
  test('are due at 90, 45, 30 and 7 days, once each', () => {
    let current = key('one', 100);
    const warnings = Array.from({ length: 103 }, (_, number) => {
      const due = expiryWarning(current, day(number));
      if (due !== undefined) current = { ...current, warned: due };
      return due === undefined ? [] : [[100 - number, due]];
    });
    expect(warnings.flat()).toEqual([
      [90, 90],
      [45, 45],
      [30, 30],
      [7, 7],
    ]);
  });

  test('are the nearest alone where days were missed, and none for a bare key', () => {
    expect(expiryWarning(key('one', 20), day(0))).toBe(30);
    expect(expiryWarning({ ...key('one', 20), warned: 90 }, day(0))).toBe(30);
    expect(expiryWarning(key('one', 0), day(3))).toBe(7);
    expect(expiryWarning(key('one'), day(0))).toBeUndefined();
  });

  test('are raised by the sweep, and recorded', async () => {
    issuers.has({ ...issuer, keys: [key('long', 100), key('short', 40), key('bare')] });
    expect(await sweepOn(0)).toEqual({
      issuers: 1,
      warned: 1,
      unreadable: 0,
      leftOut: 0,
      disclosedClientKeys: 0,
      soonestExpiryDays: 40,
    });
    expect(alerts).toEqual([
      {
        issuer: issuer.issuer,
        partnerId: 'acme',
        about: 'key_expires',
        kid: 'short',
        notAfter: day(40).toISOString(),
        daysLeft: 40,
        threshold: 45,
      },
    ]);
    expect(await issuers.find(issuer.issuer)).toEqual({
      ...issuer,
      version: 2,
      keys: [key('long', 100), { ...key('short', 40), warned: 45 }, key('bare')],
      changes: [
        ...issuer.changes,
        { at: day(0).toISOString(), by: 'trust-sweep', why: 'Warned of short at 45 days.' },
      ],
      editors: ['trust-sweep'],
    });

    alerts = [];
    expect(await sweepOn(1)).toEqual({
      issuers: 1,
      warned: 0,
      unreadable: 0,
      leftOut: 0,
      disclosedClientKeys: 0,
      soonestExpiryDays: 39,
    });
    expect(alerts).toEqual([]);
    expect(await sweepOn(10)).toEqual({
      warned: 2,
      issuers: 1,
      unreadable: 0,
      leftOut: 0,
      disclosedClientKeys: 0,
      soonestExpiryDays: 30,
    });
    expect(alerts).toEqual([
      {
        kid: 'long',
        threshold: 90,
        issuer: 'https://portal.acme.example',
        partnerId: 'acme',
        about: 'key_expires',
        notAfter: '2030-04-11T00:00:00.000Z',
        daysLeft: 90,
      },
      {
        kid: 'short',
        threshold: 30,
        issuer: 'https://portal.acme.example',
        partnerId: 'acme',
        about: 'key_expires',
        notAfter: '2030-02-10T00:00:00.000Z',
        daysLeft: 30,
      },
    ]);
    expect(await sweepOn(50)).toEqual({
      soonestExpiryDays: -10,
      issuers: 1,
      warned: 1,
      unreadable: 0,
      leftOut: 0,
      disclosedClientKeys: 0,
    });
  });

  test('are repeated rather than lost where they could not be recorded', async () => {
    issuers.has({ ...issuer, keys: [key('short', 40)] });
    const kept = issuers;
    let failures = 1;
    issuers = {
      ...kept,
      replace: async (item) => {
        if (failures === 0) return kept.replace(item);
        failures -= 1;
        issuers.has({ ...issuer, version: 2, keys: [key('short', 40), key('new', 80)] });
        return false;
      },
    };
    expect(await sweepOn(0)).toEqual({
      warned: 2,
      issuers: 1,
      unreadable: 0,
      leftOut: 0,
      disclosedClientKeys: 0,
      soonestExpiryDays: 40,
    });
    expect(alerts.map((alert) => 'kid' in alert && alert.kid)).toEqual(['short', 'short', 'new']);
    expect((await issuers.find(issuer.issuer))?.keys).toEqual([
      {
        kid: 'short',
        warned: 45,
        jwk: { kty: 'OKP', crv: 'Ed25519', x: 'short' },
        algorithm: 'EdDSA',
        thumbprint: 'print-of-short',
        notBefore: '2029-12-22T00:00:00.000Z',
        notAfter: '2030-02-10T00:00:00.000Z',
      },
      {
        kid: 'new',
        warned: 90,
        jwk: { kty: 'OKP', crv: 'Ed25519', x: 'new' },
        algorithm: 'EdDSA',
        thumbprint: 'print-of-new',
        notBefore: '2029-12-22T00:00:00.000Z',
        notAfter: '2030-03-22T00:00:00.000Z',
      },
    ]);

    failures = 3;
    issuers.has({ ...issuer, keys: [key('short', 7)] });
    await expect(sweepOn(0)).rejects.toThrow(
      new Conflict({
        service: 'sallyport',
        operation: 'SweepTrust',
        detail: 'the issuer changed again and again',
      }),
    );
  });
});

describe('JWT-1 the sweep', () => {
  test('looks at every issuer that is switched on, and at no other', async () => {
    for (let number = 0; number < 120; number += 1) {
      issuers.has({
        ...issuer,
        issuer: `https://${number}.example`,
        status: number % 2 === 0 ? 'active' : 'suspended',
      });
    }
    expect(await sweepOn(0)).toEqual({
      issuers: 60,
      warned: 0,
      unreadable: 0,
      leftOut: 0,
      disclosedClientKeys: 0,
      soonestExpiryDays: 100,
    });
  });

  test('says nothing of an end where no certificate is believed', async () => {
    expect(await sweepOn(0)).toEqual({
      issuers: 0,
      warned: 0,
      unreadable: 0,
      leftOut: 0,
      disclosedClientKeys: 0,
    });
  });

  const publishing: Issuer = {
    ...issuer,
    jwksUrl: 'https://portal.acme.example/keys',
    jwksAlgorithm: 'PS256',
    keys: [
      key('uploaded', 200),
      { ...key('old', 30), fromUrl: true, warned: 30 },
      { ...key('stays'), fromUrl: true },
    ],
  };

  test('has the keys of an address as they are there now', async () => {
    issuers.has(publishing);
    published = () => [key('new'), key('stays')];
    expect(await sweepOn(0)).toEqual({
      issuers: 1,
      warned: 0,
      unreadable: 0,
      leftOut: 0,
      disclosedClientKeys: 0,
      soonestExpiryDays: 200,
    });
    expect(await issuers.find(issuer.issuer)).toEqual({
      ...publishing,
      version: 2,
      keys: [key('uploaded', 200), { ...key('new'), fromUrl: true }, { ...key('stays'), fromUrl: true }],
      changes: [
        ...publishing.changes,
        { at: '2030-01-01T00:00:00.000Z', by: 'trust-sweep', why: 'The keys of jwksUrl have changed.' },
      ],
      editors: ['trust-sweep'],
    });
    expect(alerts).toEqual([]);
  });

  // Threat T-93
  test('leaves out what an operator has removed, though it is still published', async () => {
    const removed = { ...publishing, keys: [key('uploaded', 200)], removedKeys: ['print-of-stolen'] };
    issuers.has(removed);
    published = () => [key('stolen'), key('new')];
    await sweepOn(0);
    expect(await issuers.find(issuer.issuer)).toMatchObject({
      removedKeys: ['print-of-stolen'],
      keys: [key('uploaded', 200), { ...key('new'), fromUrl: true }],
    });
  });

  // Threat T-111
  test('lose each key that was disclosed, wherever and however it came in, and the operators are told', async () => {
    issuers.has({ ...publishing, keys: [key('kept', 200), ...publishing.keys] });
    await disclosedKeys.add(['print-of-uploaded']);
    disclosed = ['print-of-stays'];
    published = () => [key('new')];
    await sweepOn(0);
    disclosed = [];
    published = () => [key('new'), key('stays')];
    await sweepOn(1);
    expect(await issuers.find(issuer.issuer)).toMatchObject({
      keys: [key('kept', 200), { ...key('new'), fromUrl: true }],
      leftOut: [{ key: 'stays', code: 'private_key' }],
      changes: [
        {},
        { why: expect.stringContaining('Took away uploaded: the private key was disclosed.') as string },
        {},
      ],
    });
    expect(alerts).toEqual([
      {
        issuer: issuer.issuer,
        partnerId: 'acme',
        about: 'keys_disclosed',
        keys: [{ kid: 'uploaded', thumbprint: 'print-of-uploaded' }],
      },
      {
        issuer: issuer.issuer,
        partnerId: 'acme',
        about: 'keys_left_out',
        leftOut: [{ key: 'stays', code: 'private_key' }],
        usable: 1,
      },
    ]);
  });

  // Threat T-125
  test('lose also another key that the same private key signs for', async () => {
    const rsa = { kty: 'RSA', n: 'AQAC', e: 'AQAB' };
    issuers.has({
      ...publishing,
      keys: [{ ...key('variant', 200), jwk: { ...rsa, e: 'AQAD' } }, key('kept')],
    });
    await disclosedKeys.add(digestsOf({ thumbprint: 'print-of-lost', jwk: rsa }));
    published = () => [];
    await sweepOn(0);
    expect((await issuers.find(issuer.issuer))?.keys.map(({ kid }) => kid)).toEqual(['kept']);
    expect(alerts).toMatchObject([
      { about: 'keys_left_out' },
      { about: 'keys_disclosed', keys: [{ kid: 'variant', thumbprint: 'print-of-variant' }] },
    ]);
  });

  // Threat T-111
  test('lose a disclosed key also where their address does not answer', async () => {
    issuers.has(publishing);
    await disclosedKeys.add(['print-of-stays']);
    published = () => {
      throw new InvalidKeys([{ code: 'unreadable', allowed: 'x' }]);
    };
    await sweepOn(0);
    expect((await issuers.find(issuer.issuer))?.keys.map(({ kid }) => kid)).toEqual(['uploaded', 'old']);
  });

  test('changes nothing where they are the same, and remembers that it warned', async () => {
    issuers.has(publishing);
    published = () => [key('old', 30), key('stays')];
    await sweepOn(0);
    expect(await issuers.find(issuer.issuer)).toEqual(publishing);
    expect(alerts).toEqual([]);
  });

  test.each<[what: string, read: () => readonly TrustedKey[], reasons: readonly string[]]>([
    [
      'nobody answers',
      () => {
        throw new InvalidKeys([{ code: 'unreadable', allowed: 'x' }]);
      },
      ['unreadable'],
    ],
    [
      'a key is weak',
      () => {
        throw new InvalidKeys([
          { code: 'weak_key', allowed: 'x' },
          { code: 'private_key', allowed: 'y' },
        ]);
      },
      ['weak_key', 'private_key'],
    ],
  ])('stays with the keys that it has where %s, and says so', async (_what, read, reasons) => {
    issuers.has(publishing);
    published = read;
    expect(await sweepOn(0)).toEqual({
      unreadable: 1,
      leftOut: 0,
      disclosedClientKeys: 0,
      issuers: 1,
      warned: 0,
      soonestExpiryDays: 30,
    });
    expect(alerts).toEqual([{ issuer: issuer.issuer, partnerId: 'acme', about: 'keys_unreadable', reasons }]);
    expect(await issuers.find(issuer.issuer)).toEqual({
      ...publishing,
      version: 2,
      unreadableToldAt: day(0).toISOString(),
      changes: [
        ...publishing.changes,
        {
          at: day(0).toISOString(),
          by: 'trust-sweep',
          why: 'Told that the keys of jwksUrl cannot be read.',
        },
      ],
      editors: ['trust-sweep'],
    });
  });

  test('says once a day that an address cannot be read, and again when it fails anew', async () => {
    issuers.has(publishing);
    const broken = () => {
      throw new InvalidKeys([{ code: 'unreadable', allowed: 'x' }]);
    };
    const hour = 1 / 24;
    published = broken;
    const told: number[] = [];
    for (let hours = 0; hours <= 48; hours += 1) {
      const before = alerts.length;
      await sweepOn(hours * hour);
      if (alerts.length > before) told.push(hours);
    }
    expect(told).toEqual([0, 24, 48]);
    published = () => [key('stays')];
    await sweepOn(49 * hour);
    const readable = await issuers.find(issuer.issuer);
    expect(readable).not.toHaveProperty('unreadableToldAt');
    expect(readable?.changes.at(-1)?.why).toBe(
      'The keys of jwksUrl have changed. The keys of jwksUrl can be read again.',
    );
    published = broken;
    await sweepOn(50 * hour);
    expect(alerts).toHaveLength(4);
  });

  const told = () =>
    alerts.map((alert) => ('leftOut' in alert ? [alert.leftOut, alert.usable] : alert.about));

  // Threat T-85
  test('says once what was left out, and again when it is something else', async () => {
    issuers.has(publishing);
    published = () => [key('new')];
    leftOut = [{ key: 'retired', code: 'expired' }];
    expect(await sweepOn(0)).toMatchObject({ leftOut: 1, unreadable: 0 });
    await sweepOn(1);
    expect(told()).toEqual([[leftOut, 1]]);
    const record = await issuers.find(issuer.issuer);
    expect(record?.keys).toEqual([key('uploaded', 200), { ...key('new'), fromUrl: true }]);
    expect(record?.leftOut).toEqual(leftOut);

    leftOut = [{ key: 'retired', code: 'weak_key' }];
    await sweepOn(2);
    expect(told()).toHaveLength(2);
    published = () => {
      throw new InvalidKeys([{ code: 'unreadable', allowed: 'x' }]);
    };
    await sweepOn(3);
    expect((await issuers.find(issuer.issuer))?.leftOut).toEqual(leftOut);
    published = () => [key('new')];
    leftOut = [];
    await sweepOn(4);
    expect(await issuers.find(issuer.issuer)).not.toHaveProperty('leftOut');
    expect(told()).toHaveLength(3);
  });

  // Threat T-86
  test('takes the keys away where a set has no usable one, and says so every day', async () => {
    issuers.has(publishing);
    published = () => [];
    await sweepOn(0);
    await sweepOn(1);
    expect((await issuers.find(issuer.issuer))?.keys).toEqual([key('uploaded', 200)]);
    expect(told()).toEqual([
      [[], 0],
      [[], 0],
    ]);
  });

  test('keeps and tells of at most twenty keys that were left out', async () => {
    issuers.has(publishing);
    published = () => [key('new')];
    leftOut = Array.from({ length: 30 }, (_, number) => ({ key: `key ${number}`, code: 'malformed' }));
    expect(await sweepOn(0)).toMatchObject({ leftOut: 30 });
    await sweepOn(1);
    expect(told()).toEqual([[leftOut.slice(0, 20), 1]]);
    expect((await issuers.find(issuer.issuer))?.leftOut).toEqual(leftOut.slice(0, 20));
  });

  test('fails where something else does, when all others are looked after', async () => {
    issuers.has(publishing);
    issuers.has({ ...issuer, issuer: 'https://z.example', keys: [key('short', 5)] });
    published = () => {
      throw new TypeError('x');
    };
    await expect(sweepOn(0)).rejects.toThrow(TypeError);
    expect(alerts).toEqual([
      {
        issuer: 'https://z.example',
        threshold: 7,
        partnerId: 'acme',
        about: 'key_expires',
        kid: 'short',
        notAfter: '2030-01-06T00:00:00.000Z',
        daysLeft: 5,
      },
    ]);
  });
});

describe('JWT-1 the keys of an issuer', () => {
  test('are ten at most, each once, each with a kid of its own', () => {
    expect(withKeys([key('one')], [key('two')])).toEqual([key('one'), key('two')]);
    const refusal = (...added: readonly TrustedKey[]) => {
      try {
        return withKeys([key('one'), key('two')], added);
      } catch (error) {
        return error instanceof InvalidKeys ? error.faults.map(({ code }) => code) : error;
      }
    };
    expect(refusal(...Array.from({ length: 9 }, (_, number) => key(String(number))))).toEqual([
      'too_many_keys',
    ]);
    expect(refusal({ ...key('one'), kid: 'three' }, { ...key('three'), kid: 'two' })).toEqual([
      'duplicate_key',
      'duplicate_kid',
    ]);
  });

  describe('that it publishes', () => {
    const fromUrl = (each: TrustedKey): TrustedKey => ({ ...each, fromUrl: true });

    test('are ten at most, beside ten uploaded ones', () => {
      const uploaded = Array.from({ length: 10 }, (_, number) => key(`up-${number}`));
      const read = Array.from({ length: 11 }, (_, number) => key(String(number)));
      const { keys, leftOut: tooMany } = withKeysOfUrl([...uploaded, fromUrl(key('gone'))], read);
      expect(keys).toEqual([...uploaded, ...read.slice(0, 10).map(fromUrl)]);
      expect(tooMany).toEqual([{ key: '10', code: 'too_many_keys' }]);
      expect(withKeys(keys.slice(1), [key('another')])).toHaveLength(20);
    });

    test('may share a kid, with each other and with an uploaded key', () => {
      const other = { ...key('other'), kid: 'one' };
      const third = { ...key('third'), kid: 'one' };
      expect(withKeysOfUrl([key('one')], [other, third])).toEqual({
        keys: [key('one'), fromUrl(other), fromUrl(third)],
        leftOut: [],
      });
      expect(withKeys([fromUrl(other), fromUrl(third)], [key('two')])).toHaveLength(3);
    });

    test('stay pinned to one algorithm, and may have several kids', () => {
      const again: TrustedKey = { ...key('one'), kid: 'again' };
      const pinned: TrustedKey = { ...key('one'), kid: 'pinned', algorithm: 'Ed25519' };
      expect(withKeysOfUrl([], [key('one'), key('one'), again, pinned])).toEqual({
        keys: [fromUrl(key('one')), fromUrl(again)],
        leftOut: [{ key: 'pinned', code: 'duplicate_key' }],
      });
      expect(withKeysOfUrl([key('one')], [key('one'), again, pinned])).toEqual({
        keys: [key('one'), fromUrl(again)],
        leftOut: [{ key: 'pinned', code: 'duplicate_key' }],
      });
    });
  });
});
