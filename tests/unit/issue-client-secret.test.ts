import { beforeEach, describe, expect, test } from 'vitest';
import { issueClientSecret } from '../../core/credentials/issue-client-secret.ts';
import { NotFound, OutcomeUnknown, Unavailable } from '../../core/errors.ts';
import { createWorld, type World } from '../support/fakes/world.ts';

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.ports.registry.create({ name: 'onb-1', scopes: [] });
});
const bear = async (holder = 'attempt-1'): Promise<string> =>
  issueClientSecret(world.ports, 'client-1', holder);
const live = (): readonly string[] =>
  world.fakes.cognito.clients.get('client-1')?.secrets.map(({ secretId }) => secretId) ?? [];
const delivered = async (): Promise<readonly string[]> => world.ports.ledger.delivered('client-1');

describe('X-5 a secret is born', () => {
  test('in place of the one that Cognito made with the client and nobody saw', async () => {
    expect(live()).toEqual(['secret-1']);
    expect(await bear()).toBe('value of secret-2');
    expect(live()).toEqual(['secret-2']);
    expect(await delivered()).toEqual(['secret-2']);
  });

  test('in place of two that nobody saw', async () => {
    await world.ports.secrets.add('client-1');
    expect(await bear()).toBe('value of secret-3');
    expect(live()).toEqual(['secret-3']);
    expect(await delivered()).toEqual(['secret-3']);
  });

  test('beside the one that the partner has', async () => {
    await bear();
    expect(await bear('attempt-2')).toBe('value of secret-3');
    expect(live()).toEqual(['secret-2', 'secret-3']);
    expect(await delivered()).toEqual(['secret-2', 'secret-3']);
  });

  test('in place of the older of the two that the partner has', async () => {
    await bear();
    await bear('attempt-2');
    expect(await bear('attempt-3')).toBe('value of secret-4');
    expect(live()).toEqual(['secret-3', 'secret-4']);
    expect(await delivered()).toEqual(['secret-3', 'secret-4']);
  });

  test('in place of one that nobody saw, beside the one that the partner has', async () => {
    await bear();
    await world.ports.secrets.add('client-1');
    expect(await bear('attempt-2')).toBe('value of secret-4');
    expect(live()).toEqual(['secret-2', 'secret-4']);
  });

  test('where an operator has taken away what the partner had', async () => {
    await bear();
    await world.ports.secrets.add('client-1');
    await world.ports.secrets.remove('client-1', 'secret-2');
    expect(await bear('attempt-2')).toBe('value of secret-4');
    expect(live()).toEqual(['secret-4']);
    expect(await delivered()).toEqual(['secret-4']);
  });

  test('even if another has removed the old one in between', async () => {
    world.trouble.next(
      'secrets.remove',
      'after',
      new NotFound({ service: 'cognito', operation: 'DeleteUserPoolClientSecret', detail: 'gone' }),
    );
    expect(await bear()).toBe('value of secret-2');
    expect(live()).toEqual(['secret-2']);
  });
});

describe('X-5 one birth at a time', () => {
  test('while one is under way another is told to wait, and changes nothing', async () => {
    await world.ports.ledger.lock('client-1', 'attempt-1', world.time.now, new Date('2026-11-20T10:01:00Z'));
    world.time.now = new Date('2026-11-20T10:01:00Z');
    await expect(bear('attempt-2')).rejects.toThrow(
      new Unavailable({
        service: 'sallyport',
        operation: 'IssueClientSecret',
        detail: 'another secret of this client is being made',
      }),
    );
    expect(live()).toEqual(['secret-1']);
    world.time.now = new Date('2026-11-20T10:01:00.001Z');
    expect(await bear('attempt-2')).toBe('value of secret-2');
  });

  test('of two at the same time one gets a secret', async () => {
    const births = await Promise.allSettled([bear('attempt-1'), bear('attempt-2')]);
    expect(births.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(live()).toEqual(['secret-2']);
  });

  test('the next one need not wait', async () => {
    await bear('attempt-1');
    expect(await bear('attempt-2')).toBe('value of secret-3');
  });
});

describe('X-5 a crash during a birth', () => {
  const lost = new OutcomeUnknown({ service: 'any', operation: 'any', detail: 'lost' });
  const twoUnseen = async (): Promise<void> => {
    await world.ports.secrets.add('client-1');
  };
  const oneDelivered = async (): Promise<void> => {
    await bear('attempt-0');
  };
  const twoDelivered = async (): Promise<void> => {
    await bear('attempt-0');
    await bear('attempt-00');
  };
  const untouched = async (): Promise<void> => Promise.resolve();

  test.each([
    ['one that nobody saw', untouched],
    ['two that nobody saw', twoUnseen],
    ['one delivered', oneDelivered],
    ['two delivered', twoDelivered],
  ])(
    'of a client with %s: wherever it happens, the next birth leaves nothing that nobody received',
    async (_what, prepare) => {
      const start = async (): Promise<void> => {
        world = createWorld();
        await world.ports.registry.create({ name: 'onb-1', scopes: [] });
        await prepare();
      };
      await start();
      const before = world.trouble.calls.length;
      await bear();
      const calls = world.trouble.calls.slice(before);

      for (const moment of ['before', 'after'] as const) {
        // Without its last call, the unlocking, whose failure harms nothing.
        for (const [index, call] of calls.slice(0, -1).entries()) {
          await start();
          const known = await delivered();
          world.trouble.nth(index + 1, moment, lost);
          await expect(bear()).rejects.toBe(lost);
          const recorded = call === 'ledger.record' && moment === 'after';
          world.time.now = new Date('2026-11-20T10:02:00Z');

          const value = await bear('attempt-2');
          const where = `${moment} ${call}`;
          expect(live(), where).toEqual(await delivered());
          expect(`value of ${live().at(-1) ?? ''}`, where).toBe(value);
          // What the partner had last goes on working, unless the lost one counts as received.
          if (!recorded) expect(live().slice(0, -1), where).toEqual(known.slice(-1));
        }
      }
    },
  );

  test('that only keeps the lock does not keep the secret from the partner', async () => {
    world.trouble.next('ledger.unlock', 'before', lost);
    expect(await bear()).toBe('value of secret-2');
    expect(await delivered()).toEqual(['secret-2']);
  });
});
