import { APIGatewayClient, paginateGetApiKeys } from '@aws-sdk/client-api-gateway';
import {
  CognitoIdentityProviderClient,
  paginateListUserPoolClients,
} from '@aws-sdk/client-cognito-identity-provider';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inbox } from '../clients/partner.ts';
import { startTwinProcess, type TwinProcess, type TwinUrls } from '../clients/twin-process.ts';
import type { Figure } from './figure.ts';
import { createOnboarder, credentials, mailAddress } from './onboard.ts';
import { interleaved, median } from './rounds.ts';

const inFlight = 20;
const crowd = 1000;
const crowds = 3;
/** The number of onboardings on record in the two twins of the growth measurement. */
const few = 100;
const many = 10_000;
const rounds = 5;
const perRound = 150;

/**
 * Sends requests by the thousand, always 20 of them in flight, each for another partner.
 *
 * - Throughput: the rate of a thousand onboardings, from the first request until the last is `Done`. Memory:
 *   the peak resident memory by then. Both are medians of three fresh twins.
 * - Lost: onboardings that did not get exactly one Okta user, Cognito client, API key and mail of each kind.
 *   If one does not end `Done`, the benchmark fails.
 * - Growth: one twin with 100 onboardings on record and one with 10,000 take turns with 150 more. The figure
 *   is the second twin's time per onboarding divided by the first's; the same for processor time. The 10,000
 *   are the 100 and their copies under other ids, in every collection that grows with onboardings. Both twins
 *   are restarted, so that neither has compiled more.
 */
export async function figures(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  try {
    const results: CrowdResult[] = [];
    for (let turn = 0; turn < crowds; turn += 1) results.push(await runCrowd(join(folder, String(turn))));
    const growth = await measureGrowth(join(folder, 'few'), join(folder, 'many'));
    const perSecond = median(results.map((each) => each.perSecond));
    const lost = results.reduce((sum, each) => sum + each.lost, 0);
    return [
      {
        name: 'crowd-per-second',
        value: perSecond,
        unit: '1/s',
        reach: { wanted: '≥ 30/s', reached: perSecond >= 30 },
      },
      { name: 'crowd-processor-time', value: median(results.map((each) => each.processor)), unit: 'ms' },
      { name: 'crowd-lost', value: lost, unit: 'count', reach: { wanted: '0', reached: lost === 0 } },
      { name: 'crowd-peak-memory', value: median(results.map((each) => each.peak)), unit: 'MB' },
      {
        name: `crowd-growth-${few}-to-${many}`,
        value: growth.wall,
        unit: 'ratio',
        reach: { wanted: '± 10 %', reached: Math.abs(growth.wall - 1) <= 0.1 },
      },
      { name: `crowd-growth-${few}-to-${many}-of-processor-time`, value: growth.processor, unit: 'ratio' },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds per onboarding. */
interface Time {
  readonly wall: number;
  readonly processor: number;
}

interface CrowdResult extends Time {
  readonly perSecond: number;
  readonly lost: number;
  /** In megabytes. */
  readonly peak: number;
}

async function runCrowd(dataFolder: string): Promise<CrowdResult> {
  const twin = await startTwinProcess(dataFolder);
  try {
    const time = await onboardMany(twin, 0, crowd);
    const peak = peakMegabytes(twin);
    return { ...time, perSecond: 1000 / time.wall, peak, lost: await lostOf(twin.urls) };
  } finally {
    await twin.stop();
  }
}

/** Sends this many onboardings to the twin, beginning with the given number. */
async function onboardMany(twin: TwinProcess, first: number, count: number): Promise<Time> {
  const onboarder = createOnboarder(twin.urls);
  let next = first;
  const one = async (): Promise<void> => {
    while (next < first + count) {
      next += 1;
      await onboarder.onboard(next);
    }
  };
  const startedAt = performance.now();
  const processorBefore = processorMilliseconds(twin);
  await Promise.all(Array.from({ length: inFlight }, one));
  onboarder.close();
  return {
    wall: (performance.now() - startedAt) / count,
    processor: (processorMilliseconds(twin) - processorBefore) / count,
  };
}

async function measureGrowth(fewFolder: string, manyFolder: string): Promise<Time> {
  const seeding = await startTwinProcess(fewFolder);
  try {
    await onboardMany(seeding, 0, few);
  } finally {
    await seeding.stop();
  }
  cpSync(fewFolder, manyFolder, { recursive: true });
  multiply(manyFolder);

  const twins: TwinProcess[] = [];
  try {
    const small = await startTwinProcess(fewFolder);
    const large = await startTwinProcess(manyFolder);
    twins.push(small, large);
    let next = many;
    const turn = (twin: TwinProcess) => (): Promise<Time> => {
      next += perRound;
      return onboardMany(twin, next, perRound);
    };
    // The first round is left out, because the twins are still compiling.
    const [ofSmall = [], ofLarge = []] = await interleaved(rounds + 1, [turn(small), turn(large)]);
    const grown = (what: keyof Time): number =>
      median(ofLarge.slice(1).map((time) => time[what])) / median(ofSmall.slice(1).map((time) => time[what]));
    return { wall: grown('wall'), processor: grown('processor') };
  } finally {
    for (const twin of twins) await twin.stop();
  }
}

/** Turns the few onboardings in the store of a stopped twin into many. */
function multiply(dataFolder: string): void {
  const database = new DatabaseSync(join(dataFolder, 'twin.sqlite'));
  database.exec(`
    WITH RECURSIVE copies(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM copies WHERE number < ${many / few - 1}),
      grown AS (SELECT collection FROM documents GROUP BY collection HAVING count(*) >= ${few})
    INSERT INTO documents (collection, id, json) SELECT collection, id || '~' || number, json FROM documents, copies WHERE collection IN (SELECT collection FROM grown)`);
  database.close();
}

/** Counts the onboardings that lack a resource, or have one twice. */
async function lostOf(urls: TwinUrls): Promise<number> {
  const aws = { ...credentials, endpoint: urls.aws };
  const clients: (string | undefined)[] = [];
  for await (const { UserPoolClients = [] } of paginateListUserPoolClients(
    { client: new CognitoIdentityProviderClient(aws) },
    { UserPoolId: 'eu-west-1_sallyport', MaxResults: 60 },
  )) {
    clients.push(...UserPoolClients.map(({ ClientName }) => ClientName));
  }
  const keys: (string | undefined)[] = [];
  for await (const { items = [] } of paginateGetApiKeys(
    { client: new APIGatewayClient(aws) },
    { limit: 500 },
  )) {
    keys.push(...items.map(({ name }) => name));
  }
  const users = (await (
    await fetch(`${urls.okta}/api/v1/users`, { headers: { authorization: 'SSWS twin' } })
  ).json()) as readonly { readonly profile: { readonly email: string } }[];
  const mails = await inbox(urls);
  const onboardingId = (index: number): string => `RITM${1_000_000 + index}-b2b-onboarding-DEV-1`;
  const once = <Value>(all: readonly Value[]): ReadonlySet<Value> => {
    const seen = Map.groupBy(all, (value) => value);
    return new Set([...seen].flatMap(([value, { length }]) => (length === 1 ? [value] : [])));
  };
  const client = once(clients);
  const key = once(keys);
  const user = once(users.map(({ profile }) => profile.email));
  const link = once(mails.flatMap(({ source, tags }) => (source === 'ses' ? [tags['onboarding']] : [])));
  const welcome = once(mails.flatMap(({ source, to }) => (source === 'okta' ? [to] : [])));
  return Array.from({ length: crowd }, (_, at) => at + 1).filter((index) => {
    const id = onboardingId(index);
    const address = mailAddress(index);
    return !(client.has(id) && key.has(id) && user.has(address) && link.has(id) && welcome.has(address));
  }).length;
}

/** Returns user and system time. Linux counts them in ticks of 10 ms. */
function processorMilliseconds({ process: { pid = 0 } }: TwinProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

const peakMegabytes = ({ process: { pid = 0 } }: TwinProcess): number =>
  Number(/VmHWM:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
