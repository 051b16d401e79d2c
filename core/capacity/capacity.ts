import type { Clock } from '../clock.ts';
import { secondsAfter } from '../clock.ts';

/** What an account has only so many of; a client of a partner needs one of each. */
export const countedNames = ['app-clients', 'api-keys'] as const;
export type CountedResource = (typeof countedNames)[number];

/** How many there may be. */
export type Limits = Readonly<Record<CountedResource, number>>;

export interface Count {
  /** Those that are there, and those that accepted requests will make. */
  readonly taken: number;
  /** Goes up with every change. */
  readonly version: number;
  /** When those that are there were counted last. */
  readonly countedAt?: Date;
}

export interface CapacityRecords {
  /** False if as many are taken. */
  take(counted: CountedResource, limit: number): Promise<boolean>;
  giveBack(counted: CountedResource): Promise<void>;
  find(counted: CountedResource): Promise<Count | undefined>;
  /** Unless one was taken or given back since `known`. */
  correct(counted: CountedResource, known: Count | undefined, taken: number, countedAt: Date): Promise<void>;
}

/** Places for new clients. */
export interface Capacity {
  readonly records: CapacityRecords;
  readonly limits: Limits;
}

/**
 * Reserves one of each for a new client.
 * @returns the resource that is used up, if one is: then nothing is reserved
 */
export async function reserveCapacity({ records, limits }: Capacity): Promise<CountedResource | undefined> {
  const taken: CountedResource[] = [];
  for (const counted of countedNames) {
    if (await records.take(counted, limits[counted])) {
      taken.push(counted);
      continue;
    }
    for (const each of taken) await records.giveBack(each);
    return counted;
  }
  return undefined;
}

/** Gives back what was reserved for a request that was not accepted after all. */
export async function releaseCapacity({ records }: Capacity): Promise<void> {
  for (const counted of countedNames) await records.giveBack(counted);
}

/** A count is made anew after this time: it takes a request for each page of a list. */
const countedForSeconds = 3600;

export interface Counting extends Capacity {
  /** How many there are in the account now, whoever made them. */
  readonly count: Readonly<Record<CountedResource, () => Promise<number>>>;
  /** How many onboardings run: each may still make one. */
  readonly countRunning: () => Promise<number>;
  readonly clock: Clock;
}

/** Per cent of each that are taken. */
export type Shares = Readonly<Record<CountedResource, number>>;

/**
 * Corrects the counts once in an hour: places of requests that were rejected or taken back are free again, and what
 * others have made counts. A running onboarding that has made its client already counts twice until it ends.
 */
export async function recount(deps: Counting): Promise<Shares> {
  const shares: [CountedResource, number][] = [];
  for (const counted of countedNames) {
    const taken = await recountOne(deps, counted);
    shares.push([counted, Math.floor((100 * taken) / deps.limits[counted])]);
  }
  return Object.fromEntries(shares) as Record<CountedResource, number>;
}

async function recountOne(
  { records, count, countRunning, clock }: Counting,
  counted: CountedResource,
): Promise<number> {
  const now = clock.now();
  const known = await records.find(counted);
  if (known?.countedAt !== undefined && secondsAfter(known.countedAt, countedForSeconds) > now) {
    return known.taken;
  }
  const taken = (await countRunning()) + (await count[counted]());
  await records.correct(counted, known, taken, now);
  return taken;
}
