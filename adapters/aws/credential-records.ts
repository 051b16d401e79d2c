import {
  type LinkRecord,
  type Links,
  mailStatusesBefore,
  type SecretLedger,
  undeliveredStatuses,
} from '../../core/credentials/records.ts';
import { partitionKey, type PendingList } from './partitions.ts';
import type { Key, Table } from './table.ts';
import { pendingKeys } from './workflow-keys.ts';

const linkKey = (tokenHash: string): Key => ({ pk: partitionKey('LINK', tokenHash), sk: 'LINK' });
/**
 * The partitions of `gsi2` for links that were not picked up, by the time at which they expire. Operators read
 * them with `npm run show`: what is `failed`, and what is `open` and has expired, needs a new link.
 */
const partitions = { open: 'LINK#open', failed: 'LINK#failed' } as const satisfies Record<
  string,
  `${PendingList}#${string}`
>;
interface ListedLink extends LinkRecord {
  readonly gsi2pk?: string;
}
const inPartition = '#gsi2sk = #expiresAt';
const ledgerKey = (clientId: string): Key => ({ pk: partitionKey('SECRETS', clientId), sk: 'SECRETS' });

/** Returns the condition that an attribute has one of the values, with the values that it and an update need. */
function oneOf(attribute: string, allowed: readonly string[], values: Readonly<Record<string, string>>) {
  const named = Object.fromEntries(allowed.map((value) => [value, value]));
  return {
    condition: `${attribute} IN (${Object.keys(named)
      .map((name) => `:${name}`)
      .join(', ')})`,
    values: { ...named, ...values },
  };
}

/** Creates the store of pick-up links. Each change is one conditional write. */
export function createLinks(table: Table): Links {
  const find: Links['find'] = (tokenHash) => table.get<LinkRecord>(linkKey(tokenHash));
  return {
    find,
    create: async (link) => {
      const pending = { gsi2pk: partitions.open, gsi2sk: link.expiresAt };
      if (await table.create(linkKey(link.tokenHash), { ...link, ...pending })) return link;
      return (await find(link.tokenHash)) ?? link;
    },
    sending: async (tokenHash) => {
      await table.update(linkKey(tokenHash), {
        update: 'SET #mail = :sending, #mailWaits = :none',
        condition: '#mail IN (:unsent, :sending)',
        values: { sending: 'sending', none: 0, unsent: 'unsent' },
      });
    },
    waited: async (tokenHash) => {
      await table.update(linkKey(tokenHash), {
        update: 'SET #mailWaits = #mailWaits + :one',
        condition: '#mail = :sending',
        values: { one: 1, sending: 'sending' },
      });
    },
    unsent: async (tokenHash) => {
      await table.update(linkKey(tokenHash), {
        update: 'SET #mail = :unsent',
        condition: '#mail = :sending',
        values: { unsent: 'unsent', sending: 'sending' },
      });
    },
    mailed: async (tokenHash, status) => {
      const key = linkKey(tokenHash);
      const changed = await table.update<ListedLink>(key, {
        update: 'SET #mail = :status',
        ...oneOf('#mail', mailStatusesBefore[status], { status }),
      });
      if (status === 'sent') return;
      // If this stops in between, the report comes again, changes no status, and moves the link then.
      const link = changed ?? (await table.get<ListedLink>(key));
      // A link that was used or revoked is not listed.
      if (link?.gsi2pk === undefined) return;
      const isFailed = undeliveredStatuses.includes(status) || link.state === 'locked';
      const partition = isFailed ? partitions.failed : partitions.open;
      if (link.gsi2pk === partition) return;
      // The role of mail-events may write these two attributes, and not the state.
      await table.update(key, {
        update: 'SET #gsi2pk = :partition',
        condition: '#mail = :status AND #gsi2pk = :listed',
        values: { partition, status, listed: link.gsi2pk },
      });
    },
    takeAttempt: (tokenHash, now) =>
      table.update<LinkRecord>(linkKey(tokenHash), {
        update: 'SET #triesLeft = #triesLeft - :one, #triedAt = :now',
        // ISO 8601 times in UTC sort in the order of time.
        condition: '#state = :live AND #triesLeft > :none AND #expiresAt > :now',
        values: { one: 1, live: 'live', none: 0, now: now.toISOString() },
      }),
    refundAttempt: async (tokenHash) => {
      await table.update(linkKey(tokenHash), {
        update: 'SET #triesLeft = #triesLeft + :one',
        condition: '#state = :live',
        values: { one: 1, live: 'live' },
      });
    },
    use: async (tokenHash, attempt) =>
      (await table.update(linkKey(tokenHash), {
        update: `SET #state = :used, #usedBy = :attempt REMOVE ${pendingKeys}`,
        condition: '#state = :live OR (#state = :used AND #usedBy = :attempt)',
        values: { used: 'used', live: 'live', attempt },
      })) !== undefined,
    release: async (tokenHash, attempt) => {
      await table.update(linkKey(tokenHash), {
        update: `SET #state = :live, #triesLeft = #triesLeft + :one, #gsi2pk = :open, ${inPartition} REMOVE #usedBy`,
        condition: '#state = :used AND #usedBy = :attempt',
        values: { live: 'live', used: 'used', one: 1, open: partitions.open, attempt },
      });
    },
    lock: async (tokenHash) =>
      (await table.update(linkKey(tokenHash), {
        update: `SET #state = :locked, #gsi2pk = :failed, ${inPartition}`,
        condition: '#state IN (:live, :locked) AND #triesLeft = :none',
        values: { locked: 'locked', live: 'live', none: 0, failed: partitions.failed },
      })) !== undefined,
    revoke: async (tokenHash) => {
      await table.update(linkKey(tokenHash), {
        update: `SET #state = :revoked REMOVE ${pendingKeys}`,
        condition: '#state IN (:live, :locked, :used)',
        values: { revoked: 'revoked', live: 'live', locked: 'locked', used: 'used' },
        returns: 'nothing',
      });
    },
  };
}

/** Creates the record of which secrets of a client were delivered, with a lock against concurrent changes. */
export function createSecretLedger(table: Table): SecretLedger {
  return {
    lock: async (clientId, holder, now, until) =>
      (await table.update(ledgerKey(clientId), {
        update: 'SET #holder = :holder, #heldUntil = :until',
        // A lock that lasts more than twice the allowed time was set by a clock that has since jumped back.
        condition:
          'attribute_not_exists(#holder) OR #holder = :holder OR #heldUntil < :now OR #heldUntil > :never',
        values: {
          holder,
          until: until.toISOString(),
          now: now.toISOString(),
          never: new Date(2 * until.getTime() - now.getTime()).toISOString(),
        },
      })) !== undefined,
    unlock: async (clientId, holder) => {
      await table.update(ledgerKey(clientId), {
        update: 'REMOVE #holder, #heldUntil',
        condition: '#holder = :holder',
        values: { holder },
      });
    },
    delivered: async (clientId) =>
      (await table.get<{ readonly delivered?: readonly string[] }>(ledgerKey(clientId)))?.delivered ?? [],
    record: async (clientId, secretIds) => {
      await table.update(ledgerKey(clientId), {
        update: 'SET #delivered = :delivered',
        values: { delivered: secretIds },
      });
    },
  };
}
