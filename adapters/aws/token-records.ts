import { createHash } from 'node:crypto';
import { forSeconds, ttlCache } from '../../core/cache.ts';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import type { ClientKeys, GrantUse, LocalUsers, AttemptLimit } from '../../core/tokens/ports.ts';
import type { Key, Table } from './table.ts';

/** DynamoDB takes an item away some time after this moment; until then reads look at the time themselves. */
const ttlOf = (until: Date): number => Math.ceil(until.getTime() / 1000);

/** Tries are counted in windows of fixed length that begin at full multiples of it. */
export function createAttemptLimit(
  table: Pick<Table, 'update'>,
  clock: Clock,
  { most, windowSeconds }: { readonly most: number; readonly windowSeconds: number },
): AttemptLimit {
  const windowOf = (what: string): Key => ({
    pk: `TRIES#${createHash('sha256').update(what).digest('base64url')}`,
    sk: `WINDOW#${Math.floor(clock.now().getTime() / 1000 / windowSeconds)}`,
  });
  return {
    take: async (what) =>
      (await table.update(windowOf(what), {
        update: 'SET #ttl = :ttl ADD #tries :one',
        condition: 'attribute_not_exists(#tries) OR #tries < :most',
        values: { one: 1, most, ttl: ttlOf(secondsAfter(clock.now(), 2 * windowSeconds)) },
      })) !== undefined,
    // In a window that has begun since, there is nothing to give back.
    refund: async (what) => {
      await table.update(windowOf(what), {
        update: 'ADD #tries :less',
        condition: '#tries > :none',
        values: { less: -1, none: 0 },
      });
    },
  };
}

/** What is counted beside the client: shown to its contract's owner. */
export interface GrantUseRecord {
  readonly grantType: string;
  readonly uses: number;
  /** ISO 8601. */
  readonly lastUsedAt: string;
}

export function createGrantUse(
  table: Pick<Table, 'update' | 'query'>,
  clock: Clock,
): GrantUse & { readonly of: (clientId: string) => Promise<readonly GrantUseRecord[]> } {
  return {
    count: async (clientId, grantType) => {
      await table.update(
        { pk: `CLIENT#${clientId}`, sk: `USE#${grantType}` },
        {
          update: 'SET #grantType = :grantType, #lastUsedAt = :now ADD #uses :one',
          values: { grantType, one: 1, now: clock.now().toISOString() },
        },
      );
    },
    of: (clientId) => table.query<GrantUseRecord>(`CLIENT#${clientId}`, 'USE#'),
  };
}

/** A user is there as long as an onboarding relies on its profile. */
export function createLocalUsers(table: Pick<Table, 'get'>): LocalUsers {
  return {
    isActive: async (partnerId, userId) => {
      const profile = await table.get<{ readonly claims?: ReadonlySet<string>; readonly leaving?: string }>({
        pk: `SHARED#${partnerId}/${userId}`,
        sk: 'CLAIMS',
      });
      return profile?.claims !== undefined && profile.leaving === undefined;
    },
  };
}

type Jwk = Readonly<Record<string, unknown>>;
const keysKey = (clientId: string): Key => ({ pk: `CLIENT#${clientId}`, sk: 'KEYS' });

/**
 * The public keys that a client may authenticate with. Putting new ones replaces all, unless those of a later version
 * of the client's record are there: then false.
 */
export function createClientKeys(table: Pick<Table, 'get' | 'update'>): ClientKeys & {
  readonly put: (clientId: string, keys: readonly Jwk[], version: number) => Promise<boolean>;
} {
  return {
    keysOf: async (clientId) =>
      (await table.get<{ readonly keys: readonly Jwk[] }>(keysKey(clientId)))?.keys ?? [],
    put: async (clientId, keys, version) =>
      (await table.update(keysKey(clientId), {
        update: 'SET #keys = :keys, #version = :version',
        condition: 'attribute_not_exists(#version) OR #version < :version',
        values: { keys, version },
      })) !== undefined,
  };
}

/** For whoever authenticates clients: the keys of each remembered for {@link recordCacheSeconds}, always the same object. */
export function createClientKeyLookup(table: Pick<Table, 'get'>, clock: Clock): ClientKeys {
  const find = ttlCache({ clock, limit: 1000, until: forSeconds(recordCacheSeconds) }, (clientId: string) =>
    table.get<{ readonly keys: readonly Jwk[] }>(keysKey(clientId)),
  );
  return { keysOf: async (clientId) => (await find(clientId))?.keys ?? [] };
}
