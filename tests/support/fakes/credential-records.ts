import {
  type LinkRecord,
  type Links,
  mailStatusesBefore,
  type SecretLedger,
} from '../../../core/credentials/records.ts';

export interface FakeLinks extends Links {
  /** Returns all links in the order of their creation. */
  all(): readonly LinkRecord[];
}

export function fakeLinks(): FakeLinks {
  const links = new Map<string, LinkRecord>();
  const users = new Map<string, string>();
  const change = (
    tokenHash: string,
    holds: (link: LinkRecord) => boolean,
    changed: (link: LinkRecord) => Partial<LinkRecord>,
  ): LinkRecord | undefined => {
    const link = links.get(tokenHash);
    if (link === undefined || !holds(link)) return undefined;
    const now = { ...link, ...changed(link) };
    links.set(tokenHash, now);
    return now;
  };
  const isOneOf =
    (...states: LinkRecord['state'][]) =>
    ({ state }: LinkRecord): boolean =>
      states.includes(state);

  return {
    all: () => [...links.values()],
    find: async (tokenHash) => Promise.resolve(links.get(tokenHash)),
    create: async (link) => {
      const there = links.get(link.tokenHash) ?? link;
      links.set(link.tokenHash, there);
      return Promise.resolve(there);
    },
    sending: async (tokenHash) => {
      change(
        tokenHash,
        ({ mail }) => mail === 'unsent' || mail === 'sending',
        () => ({ mail: 'sending', mailWaits: 0 }),
      );
      return Promise.resolve();
    },
    waited: async (tokenHash) => {
      change(
        tokenHash,
        ({ mail }) => mail === 'sending',
        ({ mailWaits }) => ({ mailWaits: mailWaits + 1 }),
      );
      return Promise.resolve();
    },
    unsent: async (tokenHash) => {
      change(
        tokenHash,
        ({ mail }) => mail === 'sending',
        () => ({ mail: 'unsent' }),
      );
      return Promise.resolve();
    },
    mailed: async (tokenHash, status) => {
      change(
        tokenHash,
        ({ mail }) => mailStatusesBefore[status].includes(mail),
        () => ({ mail: status }),
      );
      return Promise.resolve();
    },
    takeAttempt: async (tokenHash, now) =>
      Promise.resolve(
        change(
          tokenHash,
          ({ state, triesLeft, expiresAt }) => state === 'live' && triesLeft > 0 && new Date(expiresAt) > now,
          ({ triesLeft }) => ({ triesLeft: triesLeft - 1, triedAt: now.toISOString() }),
        ),
      ),
    refundAttempt: async (tokenHash) => {
      change(tokenHash, isOneOf('live'), ({ triesLeft }) => ({ triesLeft: triesLeft + 1 }));
      return Promise.resolve();
    },
    use: async (tokenHash, attempt) => {
      if (change(tokenHash, isOneOf('live'), () => ({ state: 'used' })) !== undefined) {
        users.set(tokenHash, attempt);
      }
      return Promise.resolve(users.get(tokenHash) === attempt && links.get(tokenHash)?.state === 'used');
    },
    release: async (tokenHash, attempt) => {
      if (users.get(tokenHash) !== attempt) return Promise.resolve();
      const released = change(tokenHash, isOneOf('used'), ({ triesLeft }) => ({
        state: 'live',
        triesLeft: triesLeft + 1,
      }));
      if (released !== undefined) users.delete(tokenHash);
      return Promise.resolve();
    },
    lock: async (tokenHash) =>
      Promise.resolve(
        change(
          tokenHash,
          (link) => isOneOf('live', 'locked')(link) && link.triesLeft === 0,
          () => ({ state: 'locked' }),
        ) !== undefined,
      ),
    revoke: async (tokenHash) => {
      change(tokenHash, isOneOf('live', 'locked', 'used'), () => ({ state: 'revoked' }));
      return Promise.resolve();
    },
  };
}

export function fakeSecretLedger(): SecretLedger {
  const locks = new Map<string, { readonly holder: string; readonly until: Date }>();
  const delivered = new Map<string, readonly string[]>();
  return {
    lock: async (clientId, holder, now, until) => {
      const held = locks.get(clientId);
      if (held !== undefined && held.holder !== holder && held.until >= now) return Promise.resolve(false);
      locks.set(clientId, { holder, until });
      return Promise.resolve(true);
    },
    unlock: async (clientId, holder) => {
      if (locks.get(clientId)?.holder === holder) locks.delete(clientId);
      return Promise.resolve();
    },
    delivered: async (clientId) => Promise.resolve(delivered.get(clientId) ?? []),
    record: async (clientId, secretIds) => {
      delivered.set(clientId, secretIds);
      return Promise.resolve();
    },
  };
}
