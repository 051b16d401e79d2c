import { createHash } from 'node:crypto';
import { forSeconds, ttlCache } from '../../core/cache.ts';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import type { ManagedRecords } from '../../core/lifecycle/managed-records.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import type { UsedJtis } from '../../core/tokens/ports.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { clockSkewSeconds } from '../../core/trust/verification.ts';
import { createManagedRecords, type RecordKind } from './managed-records.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

const issuerRecords: RecordKind<Issuer> = {
  keyOf: (issuer) => ({ pk: partitionKey('ISSUER', issuer), sk: 'ISSUER' }),
  idOf: ({ issuer }) => issuer,
  partnerOf: ({ partnerId }) => partnerId,
  index: 'ISSUERS',
};

export const createIssuers = (table: Table): ManagedRecords<Issuer> =>
  createManagedRecords(table, issuerRecords);

/** Creates the reader of an issuer by its exact `iss`. It reads the table every time. */
export const createIssuerReader =
  (table: Pick<Table, 'get'>) =>
  (issuer: string): Promise<Issuer | undefined> =>
    table.get<Issuer>(issuerRecords.keyOf(issuer));

/**
 * Creates the lookup of an issuer by its exact `iss`, for the verification of tokens. A found issuer is
 * cached for {@link recordCacheSeconds}; a missing one is not cached.
 */
export const createIssuerLookup = ({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'get'>;
  readonly clock: Clock;
}): ((issuer: string) => Promise<Issuer | undefined>) =>
  ttlCache({ clock, limit: 1000, until: forSeconds(recordCacheSeconds) }, createIssuerReader(table));

/**
 * Creates the store of token ids (`jti`) that may be used only once. An id is kept {@link clockSkewSeconds}
 * longer than asked for, because a clock that is behind may still accept the token. The condition compares
 * the time itself, since DynamoDB deletes expired items late.
 */
export function createUsedJtis(table: Pick<Table, 'update'>, clock: Clock): UsedJtis {
  return {
    consume: async (issuer, id, until) =>
      (await table.update(jtiKey(issuer, id), {
        update: 'SET #ttl = :until',
        condition: 'attribute_not_exists(pk) OR #ttl < :now',
        values: {
          until: Math.ceil(secondsAfter(until, clockSkewSeconds).getTime() / 1000),
          now: Math.floor(clock.now().getTime() / 1000),
        },
      })) !== undefined,
  };
}

/** Creates the lookup of whether a token id was used. */
export const createUsedJtiLookup =
  (table: Pick<Table, 'get'>, clock: Clock) =>
  async (issuer: string, id: string): Promise<boolean> => {
    const used = await table.get<{ readonly ttl: number }>(jtiKey(issuer, id));
    return used !== undefined && used.ttl >= Math.floor(clock.now().getTime() / 1000);
  };

function jtiKey(issuer: string, id: string): Key {
  const digest = createHash('sha256')
    .update(JSON.stringify([issuer, id]))
    .digest('base64url');
  return { pk: partitionKey('JTI', digest), sk: 'JTI' };
}
