import { forSeconds, ttlCache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import type { DenialList } from '../../core/tokens/ports.ts';
import { digestOf } from '../tokens/access-tokens.ts';
import type { Key, Table } from './table.ts';

const tokenKey = (digest: string): Key => ({ pk: `DENIED#${digest}`, sk: 'DENIED' });
/** Says that a client has denied tokens, so that those of all others need not be looked up one by one. */
const clientKey = (clientId: string): Key => ({ pk: `CLIENT#${clientId}`, sk: 'DENIALS' });

/** Seconds since 1970: DynamoDB takes an item away some time after its `ttl`. */
interface Denials {
  readonly ttl: number;
}

export const createDenialLookup =
  (table: Pick<Table, 'get'>): DenialList['isDenied'] =>
  async (digest) =>
    (await table.get(tokenKey(digest))) !== undefined;

/** A token is denied until it would have expired. */
export function createDenialList(table: Pick<Table, 'get' | 'create' | 'update'>): DenialList {
  return {
    isDenied: createDenialLookup(table),
    deny: async ({ clientId, digest, expiresAt }) => {
      const ttl = Math.ceil(expiresAt.getTime() / 1000);
      // First: a token without it would not be looked up.
      await table.update(clientKey(clientId), {
        update: 'SET #ttl = :ttl',
        condition: 'attribute_not_exists(#ttl) OR #ttl < :ttl',
        values: { ttl },
      });
      await table.create(tokenKey(digest), { ttl });
    },
  };
}

/** For the authorizer: what it finds is remembered for {@link recordCacheSeconds}, and costs nothing more while a client has no denied tokens. */
export function createDenials({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'get'>;
  readonly clock: Clock;
}): (token: string, clientId: string) => Promise<boolean> {
  const memory = { clock, limit: 10_000, until: forSeconds(recordCacheSeconds) };
  const lastOf = ttlCache(
    memory,
    async (clientId: string) => (await table.get<Denials>(clientKey(clientId)))?.ttl ?? 0,
  );
  const isDenied = ttlCache(memory, createDenialLookup(table));
  return async (token, clientId) =>
    (await lastOf(clientId)) * 1000 > clock.now().getTime() && isDenied(digestOf(token));
}
