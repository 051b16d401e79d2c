import type { CapacityRecords, Count, CountedResource } from '../../../core/capacity/capacity.ts';

export function fakeCapacityRecords(): CapacityRecords {
  const counts = new Map<CountedResource, Count>();
  const change = (
    counted: CountedResource,
    taken: number,
    countedAt = counts.get(counted)?.countedAt,
  ): void => {
    const version = (counts.get(counted)?.version ?? 0) + 1;
    counts.set(counted, { taken, version, ...(countedAt !== undefined && { countedAt }) });
  };
  const takenOf = (counted: CountedResource): number => counts.get(counted)?.taken ?? 0;
  return {
    take: async (counted, limit) => {
      const isFree = counts.get(counted) === undefined || takenOf(counted) < limit;
      if (isFree) change(counted, takenOf(counted) + 1);
      return Promise.resolve(isFree);
    },
    giveBack: async (counted) => {
      if (takenOf(counted) > 0) change(counted, takenOf(counted) - 1);
      return Promise.resolve();
    },
    find: async (counted) => Promise.resolve(counts.get(counted)),
    correct: async (counted, known, taken, countedAt) => {
      if (counts.get(counted)?.version === known?.version) change(counted, taken, countedAt);
      return Promise.resolve();
    },
  };
}
