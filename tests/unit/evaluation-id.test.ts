import fc from 'fast-check';
import { compactDecrypt } from 'jose';
import { describe, expect, test } from 'vitest';
import { createOpenEvaluation } from '../../adapters/evaluation/open-evaluation.ts';
import { mostSealedBytes, sealEvaluation } from '../../adapters/evaluation/seal-evaluation.ts';
import { createCurrentSealingKey, deriveSealingKey } from '../../adapters/evaluation/sealing-keys.ts';
import type { EvaluationFacts } from '../../core/authorization/evaluation-facts.ts';
import { denialReasons, rules } from '../../core/authorization/rules.ts';
import { secondsAfter } from '../../core/clock.ts';
import { Unavailable } from '../../core/errors.ts';
import type { MacKey } from '../../core/mac-key.ts';
import { fakeSealingKey } from '../support/fakes/delivery.ts';

const sealedAt = new Date('2026-11-20T10:00:00Z');
const day = 24 * 3600;
const facts: EvaluationFacts = {
  at: sealedAt,
  invocationId: '0c5f6c0e-4a1b-4d6e-9d57-0f3b6a1c2d3e',
  rule: 'contract',
  denial: { denyCode: 'contract_inactive', fault: 'contract_over', why: denialReasons.contract_over },
  principal: {
    clientId: '5kq2v0c1m8d3f7h9j4l6n2p0r1',
    userId: 'dana.li',
    earlierClientIds: ['7hq2v0c1m8d3f7h9j4l6n2p0r2'],
    scopes: ['credit-reports/read', 'credit-reports/write'],
    products: ['credit-reports'],
  },
  token: { digest: 'd'.repeat(43), expiresAt: secondsAfter(sealedAt, 300) },
  clients: [
    {
      client: { id: '5kq2v0c1m8d3f7h9j4l6n2p0r1', version: 3 },
      contract: { id: 'C-2026-001', version: 12 },
      partner: { id: '9f1c2d3e-4b5a-4678-9abc-def012345678', version: 1 },
    },
    { client: { id: '7hq2v0c1m8d3f7h9j4l6n2p0r2', version: 0 } },
  ],
  user: { id: 'dana.li', version: 2 },
  sourceIp: '203.0.113.10',
  route: { method: 'GET', path: '/apis/credit-reports/reports/{id}' },
  catalogueVersion: 'k3ub7Qx_-a1Z',
};
const ofThirdParty: EvaluationFacts = {
  ...facts,
  principal: {
    clientId: facts.principal.clientId,
    userId: 'dana.li',
    earlierClientIds: [],
    grant: 'client_credentials',
    trustedFor: '9f1c2d3e-4b5a-4678-9abc-def012345678',
    scopes: [],
  },
  clients: facts.clients.slice(0, 1),
  token: { ...facts.token, issuer: { id: 'https://login.partner.example', version: 4 } },
};

const key = await deriveSealingKey({ macKey: fakeSealingKey, stage: 'dev' }, '2026-11');
const seal = async (what: EvaluationFacts = facts): Promise<string> =>
  (await sealEvaluation(what, key)) ?? '';
const openerAt = (
  now: Date,
  { stage = 'dev', macKey = fakeSealingKey }: { readonly stage?: string; readonly macKey?: MacKey } = {},
) => createOpenEvaluation({ macKey, stage, clock: { now: () => now } });
const open = openerAt(sealedAt);

describe('X-9 an evaluation id', () => {
  test.each([
    ['of a token of ours', facts],
    ["of a third party's token", ofThirdParty],
  ])('%s is opened to the same facts', async (_of, sealed) => {
    expect(await open(await seal(sealed))).toEqual(sealed);
  });

  // Threat T-108
  test('shows nothing but the stage and the month: not whose call it was, not even by its length', async () => {
    const [header = '', ...parts] = (await seal()).split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'dir',
      enc: 'A256GCM',
      kid: 'dev.2026-11',
    });
    const bytes = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64url'))).toString('latin1');
    for (const fact of ['dana.li', '5kq2v0', 'C-2026', 'contract', '203.0.113', 'credit-reports']) {
      expect(bytes).not.toContain(fact);
    }
    expect(await seal()).not.toBe(await seal());

    const short: EvaluationFacts = { ...ofThirdParty, token: facts.token };
    const ids = await Promise.all(
      rules.map((rule) =>
        seal({ ...short, rule, denial: { denyCode: 'client_inactive', why: `${rule} decided` } }),
      ),
    );
    expect(new Set(ids.map(({ length }) => length)).size).toBe(1);
  });

  test('is a text of 1,480 characters at most, made only of those that are safe in a URL; or there is none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 700 }), async (length) => {
        const id = await sealEvaluation(
          { ...facts, route: { method: 'GET', path: `/${'x'.repeat(length)}` } },
          key,
        );
        if (id === undefined) return;
        expect(id).toMatch(/^[\w.-]{780,1480}$/u);
      }),
    );
    const long = { method: 'GET', path: `/${'x'.repeat(mostSealedBytes)}` };
    expect(await sealEvaluation({ ...facts, route: long }, key)).toBeUndefined();
  });

  test('is a JWE that any library opens with the key', async () => {
    const { plaintext, protectedHeader } = await compactDecrypt(await seal(), key.key);
    expect(protectedHeader).toEqual({ alg: 'dir', enc: 'A256GCM', kid: 'dev.2026-11' });
    expect(JSON.parse(new TextDecoder().decode(plaintext))).toMatchObject({ rule: 'contract' });
  });

  // Threat T-109
  test('that was changed or cut anywhere tells nothing', async () => {
    const id = await seal();
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: id.length - 1 }),
        fc.constantFrom('A', 'a', '0', '_', '-', '.'),
        async (at, other) => {
          expect(await open(id.slice(0, at))).toBe('malformed');
          const changed = `${id.slice(0, at)}${other}${id.slice(at + 1)}`;
          const sameBits = at === id.length - 1;
          if (changed === id || sameBits) return;
          expect(['malformed', 'other_stage', 'expired', 'not_opened']).toContain(await open(changed));
        },
      ),
      { numRuns: 400 },
    );
  });

  // Threat T-109
  test.each<[what: string, fault: string, opened: () => Promise<unknown>]>([
    ['is no text of ours', 'malformed', () => open('an id')],
    [
      'ends in other bits that mean nothing',
      'malformed',
      async () => {
        const id = await seal();
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        const last = alphabet.indexOf(id.at(-1) ?? '');
        return open(`${id.slice(0, -1)}${alphabet.charAt(last ^ 1)}`);
      },
    ],
    ['names no key', 'malformed', async () => open((await seal()).replace(/^[^.]+/u, 'e30'))],
    [
      'has a header that is no JSON',
      'malformed',
      async () => open((await seal()).replace(/^[^.]+/u, 'bnVsbA')),
    ],
    ['is the id of an invocation', 'not_sealed', () => open(facts.invocationId)],
    ["is another stage's", 'other_stage', async () => openerAt(sealedAt, { stage: 'uat' })(await seal())],
    [
      'was sealed under a key that has been replaced',
      'not_opened',
      async () =>
        openerAt(sealedAt, { macKey: { generate: () => Promise.resolve(new Uint8Array(32)) } })(await seal()),
    ],
    [
      'is of the next month',
      'not_opened',
      async () => openerAt(new Date('2026-10-31T23:00:00Z'))(await seal()),
    ],
    ['is four weeks old', 'expired', async () => openerAt(secondsAfter(sealedAt, 28 * day))(await seal())],
    ['is a year old', 'expired', async () => openerAt(secondsAfter(sealedAt, 365 * day))(await seal())],
  ])('that %s is refused with a code of its own', async (_what, fault, opened) => {
    expect(await opened()).toBe(fault);
  });

  test('of another form than this version seals is refused with a code of its own', async () => {
    const odd = { ...facts, clients: [] } as unknown as EvaluationFacts;
    expect(await open(await seal(odd))).toBe('other_version');
  });

  test('is opened for four weeks, by the key of its month, and by no more keys than two', async () => {
    const asked = new Set<string>();
    const macKey: MacKey = {
      generate: (label) => {
        asked.add(label);
        return fakeSealingKey.generate(label);
      },
    };
    for (const [month, days] of [
      ['2026-02', 28],
      ['2026-11', 30],
      ['2026-12', 31],
    ] as const) {
      const monthKey = await deriveSealingKey({ macKey: fakeSealingKey, stage: 'dev' }, month);
      const last = new Date(`${month}-${days}T23:59:59Z`);
      const id = (await sealEvaluation({ ...facts, at: last }, monthKey)) ?? '';
      expect(await openerAt(secondsAfter(last, 28 * day - 1), { macKey })(id)).toMatchObject({ at: last });
      expect(await openerAt(secondsAfter(last, 28 * day), { macKey })(id)).toBe('expired');
    }
    expect(asked).toEqual(
      new Set(['2026-02', '2026-11', '2026-12'].map((month) => `evaluation id A256GCM dev.${month}`)),
    );
    const keysAt = async (now: Date): Promise<readonly string[]> => {
      const usable: string[] = [];
      for (const month of ['2026-01', '2026-02', '2026-03']) {
        const monthKey = await deriveSealingKey({ macKey: fakeSealingKey, stage: 'dev' }, month);
        const id = (await sealEvaluation({ ...facts, at: now }, monthKey)) ?? '';
        if (typeof (await openerAt(now)(id)) !== 'string') usable.push(month);
      }
      return usable;
    };
    expect(await keysAt(new Date('2026-03-01T12:00:00Z'))).toEqual(['2026-02', '2026-03']);
  });
});

describe('X-9 the key that seals', () => {
  function keysThat(answers: readonly (Uint8Array | Error)[]) {
    let now = sealedAt;
    let calls = 0;
    const macKey: MacKey = {
      generate: () => {
        const answer = answers[Math.min(calls, answers.length - 1)];
        calls += 1;
        return answer instanceof Uint8Array ? Promise.resolve(answer) : Promise.reject(answer ?? new Error());
      },
    };
    return {
      current: createCurrentSealingKey({ macKey, stage: 'dev', clock: { now: () => now } }),
      calls: () => calls,
      later: (seconds: number) => {
        now = secondsAfter(now, seconds);
      },
    };
  }
  const down = new Unavailable({ service: 'kms', operation: 'GenerateMac', detail: '503' });

  test('is derived once a month', async () => {
    const keys = keysThat([new Uint8Array(32)]);
    const both = await Promise.all([keys.current(), keys.current()]);
    expect(both.map((each) => each?.kid)).toEqual(['dev.2026-11', 'dev.2026-11']);
    keys.later(10 * day);
    expect((await keys.current())?.kid).toBe('dev.2026-11');
    expect(keys.calls()).toBe(1);
    keys.later(day);
    expect((await keys.current())?.kid).toBe('dev.2026-12');
    expect(keys.calls()).toBe(2);
  });

  // Threat T-110
  test('is gone without while KMS fails, and asked for once a minute', async () => {
    const keys = keysThat([down, down, new Uint8Array(32)]);
    expect(await keys.current()).toBeUndefined();
    expect(await keys.current()).toBeUndefined();
    expect(keys.calls()).toBe(1);
    keys.later(60);
    expect(await keys.current()).toBeUndefined();
    keys.later(60);
    expect((await keys.current())?.kid).toBe('dev.2026-11');
    expect(keys.calls()).toBe(3);
  });

  // Threat T-110
  test("stays last month's while KMS fails", async () => {
    const keys = keysThat([new Uint8Array(32), down]);
    await keys.current();
    keys.later(11 * day);
    expect((await keys.current())?.kid).toBe('dev.2026-11');
  });
});
