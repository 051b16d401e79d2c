import { APIGatewayClient, paginateGetApiKeys } from '@aws-sdk/client-api-gateway';
import { CognitoIdentityProviderClient, paginateListUserPoolClients } from '@aws-sdk/client-cognito-identity-provider';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inbox } from '../scripts/partner.ts';
import { startTwinProcess, type TwinProcess, type TwinUrls } from '../scripts/twin-process.ts';
import type { Figure } from './figure.ts';
import { createOnboarder, credentials, mailAddress } from './onboard.ts';
import { interleaved, median } from './rounds.ts';

const inFlight = 20;
const crowd = 1000;
/** For the growth: so many on record in the one twin's folder, and in the other's. */
const few = 100;
const many = 10_000;
const rounds = 5;
const perRound = 200;

/**
 * Requests by the thousand, always 20 of them under way, each for another partner.
 *
 * - Throughput: all onboardings from the first request until the last is `Done`, over that time; memory: the
 *   most that the process had resident until then. Median of the thousands that fill a twin's folder from nothing.
 * - Lost: those of the first thousand that did not come to have exactly one Okta user, Cognito client, API key and
 *   mail of each kind; one that does not end `Done` ends the benchmark.
 * - Growth: two twins, one with 100 on record and one with 10,000, both started anew, so that neither has had more
 *   time to compile what it runs, work off 200 by turns; the time per onboarding of the second over the first's.
 */
export async function figures(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  try {
    const filled = await fill(join(folder, 'many'));
    const growth = await measureGrowth(join(folder, 'few'), join(folder, 'many'));
    return [
      { name: 'crowd-per-second', value: filled.perSecond, unit: '1/s', reach: { wanted: '≥ 30/s', reached: filled.perSecond >= 30 } },
      { name: 'crowd-lost', value: filled.lost, unit: 'count', reach: { wanted: '0', reached: filled.lost === 0 } },
      { name: 'crowd-peak-memory', value: filled.peakFirst, unit: 'MB' },
      { name: `crowd-peak-memory-after-${many}`, value: filled.peakLast, unit: 'MB' },
      { name: `crowd-growth-${few}-to-${many}`, value: growth, unit: 'ratio', reach: { wanted: '± 10 %', reached: Math.abs(growth - 1) <= 0.1 } },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Filled {
  readonly perSecond: number;
  readonly lost: number;
  /** Megabytes, after the first thousand and after the last. */
  readonly peakFirst: number;
  readonly peakLast: number;
}

async function fill(dataFolder: string): Promise<Filled> {
  const twin = await startTwinProcess(dataFolder);
  try {
    const perSecond = [1000 * crowd / await work(twin.urls, 0, crowd)];
    const peakFirst = peakMegabytes(twin);
    const lost = await lostOf(twin.urls);
    for (let first = crowd; first < many; first += crowd) perSecond.push(1000 * crowd / await work(twin.urls, first, crowd));
    return { perSecond: median(perSecond), lost, peakFirst, peakLast: peakMegabytes(twin) };
  } finally {
    await twin.stop();
  }
}

/** Puts so many onboardings to the twin, from this number on. @returns milliseconds */
async function work(urls: TwinUrls, first: number, count: number): Promise<number> {
  const onboarder = createOnboarder(urls);
  let next = first;
  const one = async (): Promise<void> => {
    while (next < first + count) {
      next += 1;
      await onboarder.onboard(next);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: inFlight }, one));
  onboarder.close();
  return performance.now() - startedAt;
}

async function measureGrowth(fewFolder: string, manyFolder: string): Promise<number> {
  const twins: TwinProcess[] = [];
  try {
    const [small, large] = [await startTwinProcess(fewFolder), await startTwinProcess(manyFolder)];
    twins.push(small, large);
    await work(small.urls, 0, few);
    let next = many;
    const turn = (urls: TwinUrls) => async (): Promise<number> => {
      next += perRound;
      return work(urls, next, perRound);
    };
    // The first of each is for the compiler.
    const [ofSmall = [], ofLarge = []] = await interleaved(rounds + 1, [turn(small.urls), turn(large.urls)]);
    return median(ofLarge.slice(1)) / median(ofSmall.slice(1));
  } finally {
    for (const twin of twins) await twin.stop();
  }
}

async function lostOf(urls: TwinUrls): Promise<number> {
  const aws = { ...credentials, endpoint: urls.aws };
  const clients: (string | undefined)[] = [];
  for await (const { UserPoolClients = [] } of paginateListUserPoolClients({ client: new CognitoIdentityProviderClient(aws) }, { UserPoolId: 'eu-west-1_sallyport', MaxResults: 60 })) {
    clients.push(...UserPoolClients.map(({ ClientName }) => ClientName));
  }
  const keys: (string | undefined)[] = [];
  for await (const { items = [] } of paginateGetApiKeys({ client: new APIGatewayClient(aws) }, { limit: 500 })) keys.push(...items.map(({ name }) => name));
  const users = await (await fetch(`${urls.okta}/api/v1/users`, { headers: { authorization: 'SSWS twin' } })).json() as readonly { readonly profile: { readonly email: string } }[];
  const mails = await inbox(urls);
  const onboardingId = (index: number): string => `RITM${1_000_000 + index}-b2b-onboarding-DEV-1`;
  const once = <Value>(all: readonly Value[]): ReadonlySet<Value> => {
    const seen = Map.groupBy(all, (value) => value);
    return new Set([...seen].flatMap(([value, { length }]) => length === 1 ? [value] : []));
  };
  const [client, key, user, link, welcome] = [
    once(clients), once(keys), once(users.map(({ profile }) => profile.email)),
    once(mails.flatMap(({ source, tags }) => source === 'ses' ? [tags['onboarding']] : [])),
    once(mails.flatMap(({ source, to }) => source === 'okta' ? [to] : [])),
  ];
  return Array.from({ length: crowd }, (_, at) => at + 1).filter((index) => {
    const [id, address] = [onboardingId(index), mailAddress(index)];
    return !(client.has(id) && key.has(id) && user.has(address) && link.has(id) && welcome.has(address));
  }).length;
}

const peakMegabytes = ({ process: { pid = 0 } }: TwinProcess): number =>
  Number(/VmHWM:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
