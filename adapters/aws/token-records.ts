import { createHash } from 'node:crypto';
import { forSeconds, ttlCache } from '../../core/cache.ts';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import type { ClientKeys, GrantUse, AttemptLimit } from '../../core/tokens/ports.ts';
import type { Key, Table } from './table.ts';

/**
 * Returns a `ttl` in seconds since 1970. DynamoDB deletes an item some time after it; until then, reads
 * compare the time themselves.
 */
const ttlOf = (until: Date): number => Math.ceil(until.getTime() / 1000);

/**
 * Creates a limit on attempts. They are counted in windows of fixed length, which begin at multiples of that
 * length.
 */
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
    // If a new window has begun in the meantime, there is nothing to refund.
    refund: async (what) => {
      await table.update(windowOf(what), {
        update: 'ADD #tries :less',
        condition: '#tries > :none',
        values: { less: -1, none: 0 },
      });
    },
  };
}

/** How often a client has used a grant type. The contract's owner sees it. */
export interface GrantUseRecord {
  readonly grantType: string;
  readonly uses: number;
  /** Time in ISO 8601. */
  readonly lastUsedAt: string;
}

/** Creates the counter of grant types used by clients. */
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

type Jwk = Readonly<Record<string, unknown>>;
const keysKey = (clientId: string): Key => ({ pk: `CLIENT#${clientId}`, sk: 'KEYS' });

/**
 * Creates the store of public keys that a client may authenticate with. `put` replaces all keys of the
 * client. It returns false if the stored keys belong to the same or a later version of the client's record.
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

/**
 * Creates the lookup of keys for client authentication. Each client's keys are cached for
 * {@link recordCacheSeconds}, always as the same object.
 */
export function createClientKeyLookup(table: Pick<Table, 'get'>, clock: Clock): ClientKeys {
  const find = ttlCache({ clock, limit: 1000, until: forSeconds(recordCacheSeconds) }, (clientId: string) =>
    table.get<{ readonly keys: readonly Jwk[] }>(keysKey(clientId)),
  );
  return { keysOf: async (clientId) => (await find(clientId))?.keys ?? [] };
}
