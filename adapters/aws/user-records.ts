import { forSeconds, ttlCache } from '../../core/cache.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import type { Clock } from '../../core/clock.ts';
import type { FindUser, User, Users } from '../../core/users/user.ts';
import { createManagedRecords, type RecordKind } from './managed-records.ts';
import { partitionKey } from './partitions.ts';
import type { Table } from './table.ts';

const userRecords: RecordKind<User> = {
  // The directory does not distinguish cases.
  keyOf: (userId) => ({ pk: partitionKey('USER', userId.toLowerCase()), sk: 'USER' }),
  idOf: ({ userId }) => userId,
  partnerOf: ({ partnerId }) => partnerId,
  index: 'USERS',
};

export const createUsers = (table: Table): Users => createManagedRecords(table, userRecords);

/** Returns the function that deletes a user's record, unless it has been changed since it was read. */
export const createUserRemoval =
  (table: Pick<Table, 'delete'>) =>
  ({ userId, version }: User): Promise<boolean> =>
    table.delete(userRecords.keyOf(userId), '#version = :version', { version });

/** How many users are cached at most. */
const maxEntries = 10_000;

/** Creates the lookup of users. A user is cached for {@link recordCacheSeconds}; a missing one is not. */
export const createUserLookup = ({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'get'>;
  readonly clock: Clock;
}): FindUser =>
  ttlCache({ clock, limit: maxEntries, until: forSeconds(recordCacheSeconds) }, (userId) =>
    table.get<User>(userRecords.keyOf(userId)),
  );
