import { forSeconds, ttlCache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import type { DenialList } from '../../core/tokens/ports.ts';
import { digestOf } from '../tokens/access-tokens.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

const tokenKey = (digest: string): Key => ({ pk: partitionKey('DENIED', digest), sk: 'DENIED' });
/**
 * The key of the record that says until when a client has denied tokens. Where there is none, tokens need no
 * lookup.
 */
const clientKey = (clientId: string): Key => ({ pk: partitionKey('DENIALS', clientId), sk: 'DENIALS' });

/** `ttl` is in seconds since 1970. DynamoDB deletes an item some time after its `ttl`. */
interface Denials {
  readonly ttl: number;
}

/** Creates the lookup of whether a token, given by its digest, is denied. */
export const createDenialLookup =
  (table: Pick<Table, 'get'>): DenialList['isDenied'] =>
  async (digest) =>
    (await table.get(tokenKey(digest))) !== undefined;

/** Creates the list of denied tokens. A token stays on the list until it would have expired. */
export function createDenialList(table: Pick<Table, 'get' | 'create' | 'update'>): DenialList {
  return {
    isDenied: createDenialLookup(table),
    deny: async ({ clientId, digest, expiresAt }) => {
      const ttl = Math.ceil(expiresAt.getTime() / 1000);
      // The client's record comes first, because a token is looked up only if its client has this record.
      await table.update(clientKey(clientId), {
        update: 'SET #ttl = :ttl',
        condition: 'attribute_not_exists(#ttl) OR #ttl < :ttl',
        values: { ttl },
      });
      await table.create(tokenKey(digest), { ttl });
    },
  };
}

/**
 * Creates the authorizer's check for denied tokens. Results are cached for {@link recordCacheSeconds}. For a
 * client without denied tokens, one lookup per cache period is enough. A third party's token is always looked
 * up, because its issuer may have another client since the token was denied.
 */
export function createDenials({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'get'>;
  readonly clock: Clock;
}): (token: string, clientId: string | undefined) => Promise<boolean> {
  const cache = { clock, limit: 10_000, until: forSeconds(recordCacheSeconds) };
  const lastDenialExpiry = ttlCache(
    cache,
    async (clientId: string) => (await table.get<Denials>(clientKey(clientId)))?.ttl ?? 0,
  );
  const isDenied = ttlCache(cache, createDenialLookup(table));
  return async (token, clientId) => {
    if (clientId === undefined) return isDenied(digestOf(token));
    return (await lastDenialExpiry(clientId)) * 1000 > clock.now().getTime() && isDenied(digestOf(token));
  };
}
