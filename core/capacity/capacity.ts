import type { Clock } from '../clock.ts';
import { secondsAfter } from '../clock.ts';

/** The resources that an AWS account has a limited number of. Every client of a partner needs one of each. */
export const countedNames = ['app-clients', 'api-keys'] as const;
export type CountedResource = (typeof countedNames)[number];

/** The maximum number of each resource. */
export type Limits = Readonly<Record<CountedResource, number>>;

/** The count of one resource. */
export interface Count {
  /** The number of existing resources, plus those that accepted requests will create. */
  readonly taken: number;
  /** Increases with every change. */
  readonly version: number;
  /** When the existing resources were last counted. */
  readonly countedAt?: Date;
}

/** The records of the counts. */
export interface CapacityRecords {
  /** Takes one. False if the limit is reached. */
  take(counted: CountedResource, limit: number): Promise<boolean>;
  giveBack(counted: CountedResource): Promise<void>;
  find(counted: CountedResource): Promise<Count | undefined>;
  /** Sets the count, unless one was taken or given back since `known` was read. */
  correct(counted: CountedResource, known: Count | undefined, taken: number, countedAt: Date): Promise<void>;
}

/** The capacity for new clients. */
export interface Capacity {
  readonly records: CapacityRecords;
  readonly limits: Limits;
}

/**
 * Reserves one of each resource for a new client.
 * @returns the resource that is used up, if one is; then nothing is reserved
 */
export async function reserveCapacity({ records, limits }: Capacity): Promise<CountedResource | undefined> {
  const reserved: CountedResource[] = [];
  for (const counted of countedNames) {
    if (await records.take(counted, limits[counted])) {
      reserved.push(counted);
      continue;
    }
    for (const each of reserved) await records.giveBack(each);
    return counted;
  }
  return undefined;
}

/** Releases what was reserved for a request that was not accepted after all. */
export async function releaseCapacity({ records }: Capacity): Promise<void> {
  for (const counted of countedNames) await records.giveBack(counted);
}

/** The seconds until a resource is counted again. Counting takes one request for each page of a list. */
const countedForSeconds = 3600;

/** What is needed to count the resources of the account. */
export interface Counting extends Capacity {
  /** Counts the existing resources of the account, whoever created them. */
  readonly count: Readonly<Record<CountedResource, () => Promise<number>>>;
  /** Counts the running onboardings. Each of them may still create one of each resource. */
  readonly countRunning: () => Promise<number>;
  readonly clock: Clock;
}

/** The percentage of each resource that is taken. */
export type Shares = Readonly<Record<CountedResource, number>>;

/**
 * Corrects the counts once an hour. After that, the reservations of requests that were rejected or rolled
 * back are free again, and resources that others have created are counted. A running onboarding that has
 * already created its client counts twice until it ends.
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
