import { forSeconds, ttlCache } from '../../core/cache.ts';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { sha256Of } from '../../core/sha256.ts';
import type { ClientKeys, GrantUse, AttemptLimit } from '../../core/tokens/ports.ts';
import { publicKeyOf } from '../trust/public-key.ts';
import { isDisclosed } from './disclosed-keys.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

/**
 * Returns a `ttl` in seconds since 1970. DynamoDB deletes an item some time after it; until then, reads
 * compare the time themselves.
 */
const ttlOf = (until: Date): number => Math.ceil(until.getTime() / 1000);

/** The attempts that count, by their times in milliseconds since 1970, in order. */
interface AttemptTimes {
  readonly times: readonly number[];
  /** Raised by every change. */
  readonly version: number;
}

/** How many changes by others may come in between, besides those that the limit itself ends. */
const mostCollisions = 20;

/**
 * Creates a limit on attempts in a sliding window: in no period of that length are there more. An attempt is
 * refused, too, while so many others are made that it cannot be counted.
 */
export function createAttemptLimit(
  table: Pick<Table, 'get' | 'update'>,
  clock: Clock,
  { most, windowSeconds }: { readonly most: number; readonly windowSeconds: number },
): AttemptLimit {
  /** Replaces the times that still count. Returns false if `next` returns undefined, and changes nothing. */
  const change = async (
    what: string,
    next: (recent: readonly number[], now: number) => readonly number[] | undefined,
  ): Promise<boolean> => {
    const key: Key = {
      pk: partitionKey('TRIES', sha256Of(what)),
      sk: 'TIMES',
    };
    for (let collisions = 0; collisions <= most + mostCollisions; collisions += 1) {
      const now = clock.now();
      const { times = [], version = 0 } = (await table.get<AttemptTimes>(key)) ?? {};
      const recent = times.filter((time) => time > secondsAfter(now, -windowSeconds).getTime());
      const counted = next(recent, now.getTime());
      if (counted === undefined) return false;
      const changed = await table.update(key, {
        update: 'SET #times = :times, #version = :next, #ttl = :ttl',
        condition: 'attribute_not_exists(#version) OR #version = :version',
        values: {
          times: counted,
          next: version + 1,
          version,
          ttl: ttlOf(secondsAfter(now, windowSeconds)),
        },
      });
      if (changed !== undefined) return true;
    }
    return false;
  };
  return {
    take: (what) => change(what, (recent, now) => (recent.length < most ? [...recent, now] : undefined)),
    // The latest time is taken off, so that a success neither keeps a failure alive nor hides one for long.
    refund: async (what) => {
      await change(what, (recent) => (recent.length > 0 ? recent.slice(0, -1) : undefined));
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
        { pk: partitionKey('GRANT_USE', clientId), sk: `USE#${grantType}` },
        {
          update: 'SET #grantType = :grantType, #lastUsedAt = :now ADD #uses :one',
          values: { grantType, one: 1, now: clock.now().toISOString() },
        },
      );
    },
    of: (clientId) => table.query<GrantUseRecord>(partitionKey('GRANT_USE', clientId), 'USE#'),
  };
}

type Jwk = Readonly<Record<string, unknown>>;
const keysKey = (clientId: string): Key => ({ pk: partitionKey('CLIENT_KEYS', clientId), sk: 'KEYS' });

/**
 * Creates the store of public keys that a client may authenticate with. `put` replaces all keys of the
 * client. It returns false if the stored keys belong to the same or a later version of the client's record.
 */
export function createClientKeys(table: Pick<Table, 'get' | 'update'>): ClientKeys & {
  readonly put: (clientId: string, keys: readonly Jwk[], version: number) => Promise<boolean>;
} {
  return {
    ...createStoredClientKeys(table),
    put: async (clientId, keys, version) =>
      (await table.update(keysKey(clientId), {
        update: 'SET #keys = :keys, #version = :version',
        condition: 'attribute_not_exists(#version) OR #version < :version',
        values: { keys, version },
      })) !== undefined,
  };
}

/**
 * Creates the lookup of keys for client authentication, without those that were disclosed. Each client's keys
 * are cached for {@link recordCacheSeconds}, always as the same object.
 */
export function createClientKeyLookup(table: Pick<Table, 'get'>, clock: Clock): ClientKeys {
  const stored = createStoredClientKeys(table);
  const isTrusted = async (key: Jwk): Promise<boolean> => {
    const publicKey = publicKeyOf(key);
    return publicKey === undefined || !(await isDisclosed(table, publicKey));
  };
  const find = ttlCache(
    { clock, limit: 1000, until: forSeconds(recordCacheSeconds) },
    async (clientId: string) => {
      const keys = await stored.keysOf(clientId);
      const trusted = await Promise.all(keys.map(isTrusted));
      return keys.length === 0 ? undefined : keys.filter((_key, index) => trusted[index]);
    },
  );
  return { keysOf: async (clientId) => (await find(clientId)) ?? [] };
}

const createStoredClientKeys = (table: Pick<Table, 'get'>): ClientKeys => ({
  keysOf: async (clientId) =>
    (await table.get<{ readonly keys: readonly Jwk[] }>(keysKey(clientId)))?.keys ?? [],
});
