import type { QuotaName } from '../../../core/pace/quotas.ts';
import type { Lane, PaceRecords } from '../../../core/pace/records.ts';

interface QueueItem {
  freeAt: number;
  askedAt: number;
  delayedBy: number;
  movedBackAt: number;
  movedBackBy: number;
  readonly lanes: Map<Lane['kind'], number>;
}

const skew = 10_000;

export function fakePaceRecords(): PaceRecords {
  const queues = new Map<QuotaName, QueueItem>();
  const turns = new Map<string, number>();
  const partners = new Map<string, number>();
  const queueOf = (quota: QuotaName): QueueItem => {
    const queue = queues.get(quota) ?? {
      freeAt: 0,
      askedAt: 0,
      delayedBy: 0,
      movedBackAt: 0,
      movedBackBy: 0,
      lanes: new Map(),
    };
    queues.set(quota, queue);
    return queue;
  };
  return {
    takeFree: async (quota, now, milliseconds) => {
      const queue = queueOf(quota);
      if (queue.freeAt > now && queue.askedAt <= now + skew) return Promise.resolve(false);
      Object.assign(queue, { freeAt: now + milliseconds, askedAt: now });
      queue.lanes.clear();
      return Promise.resolve(true);
    },
    overtake: async (quota, now, milliseconds, { kind, spacing, latest }) => {
      const queue = queueOf(quota);
      const at = Math.max(now, queue.lanes.get(kind) ?? 0);
      if (queue.freeAt <= now || at > latest) return Promise.resolve(undefined);
      queue.lanes.set(kind, at + spacing);
      queue.freeAt += milliseconds;
      queue.delayedBy += milliseconds;
      return Promise.resolve(at);
    },
    join: async (quota, now, milliseconds) => {
      const queue = queueOf(quota);
      if (queue.freeAt <= now || queue.askedAt > now + skew) return Promise.resolve(undefined);
      Object.assign(queue, { freeAt: queue.freeAt + milliseconds, askedAt: now });
      return Promise.resolve({ dueAt: queue.freeAt - milliseconds, delayedBy: queue.delayedBy });
    },
    find: async (quota) => {
      const { freeAt, delayedBy, movedBackAt, movedBackBy } = queueOf(quota);
      return Promise.resolve(queues.has(quota) ? { freeAt, delayedBy, movedBackAt, movedBackBy } : undefined);
    },
    moveBack: async (quota, known, now, milliseconds) => {
      const queue = queueOf(quota);
      if (queue.movedBackAt !== (known?.movedBackAt ?? 0)) return Promise.resolve();
      Object.assign(queue, {
        freeAt: Math.max(queue.freeAt, now) + milliseconds,
        askedAt: queue.freeAt > now ? queue.askedAt : now,
        delayedBy: queue.delayedBy + milliseconds,
        movedBackAt: now,
        movedBackBy: milliseconds,
      });
      return Promise.resolve();
    },
    keep: async (quota, onboardingId, position) =>
      Promise.resolve(void turns.set(`${quota} ${onboardingId}`, position)),
    kept: async (quota, onboardingId) => Promise.resolve(turns.get(`${quota} ${onboardingId}`)),
    drop: async (quota, onboardingId) => Promise.resolve(void turns.delete(`${quota} ${onboardingId}`)),
    isOccasional: async (quota, partnerId, now, milliseconds, few) => {
      const until = Math.max(now, partners.get(`${quota} ${partnerId}`) ?? 0);
      if (until > now + (few - 1) * milliseconds) return Promise.resolve(false);
      partners.set(`${quota} ${partnerId}`, until + milliseconds);
      return Promise.resolve(true);
    },
  };
}
