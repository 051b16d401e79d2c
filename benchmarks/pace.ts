import { ListExecutionsCommand, type ListExecutionsCommandOutput, SFNClient } from '@aws-sdk/client-sfn';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startTwinProcess, type TwinUrls } from '../clients/twin-process.ts';
import { postWebhook } from '../clients/webhook.ts';
import type { Figure } from './figure.ts';
import { bodyFor, createOnboarder, credentials } from './onboard.ts';
import { median } from './rounds.ts';

/**
 * The numbers of simultaneous requests, each with the factor by which the twin's time and quotas run faster
 * than real time.
 */
const crowds = [
  { count: 1200, timeScale: 2 },
  { count: 5000, timeScale: 1 },
] as const;

/**
 * Sends many requests at once, with the vendors' quotas in force on the twin.
 *
 * - Rate: onboardings per second, from the first request until the last is `Done`, as a share of the slowest
 *   quota.
 * - Calls for each created resource: of the operation with the most calls.
 * - Beside: the median time of ten requests of ten partners while another partner's thousand are processed in
 *   real time, compared with ten requests alone.
 */
export async function figures(): Promise<readonly Figure[]> {
  const all: Figure[] = [];
  for (const { count, timeScale } of crowds) {
    const { ends, perSecond, callsPerThing } = await crowd(count, timeScale);
    const notDone = count - (ends['SUCCEEDED'] ?? 0);
    const share = perSecond / slowestQuota;
    all.push(
      {
        name: `pace-${count}-not-done`,
        value: notDone,
        unit: 'count',
        reach: { wanted: '0', reached: notDone === 0 },
      },
      {
        name: `pace-${count}-calls-per-thing`,
        value: callsPerThing,
        unit: 'ratio',
        reach: { wanted: '≤ 1.1', reached: callsPerThing <= 1.1 },
      },
      {
        name: `pace-${count}-of-the-slowest-quota`,
        value: share,
        unit: 'ratio',
        reach: { wanted: '≥ 0.9', reached: share >= 0.9 },
      },
    );
  }
  const { alone, beside } = await besideThousand();
  all.push({
    name: 'pace-beside-a-thousand',
    value: beside,
    unit: 'ms',
    peer: { name: 'alone', value: alone },
    reach: { wanted: '≤ 1.5 ×', reached: beside <= 1.5 * alone },
  });
  return all;
}

/** Calls per second of the slowest quota. */
const slowestQuota = 5;

/**
 * Returns how long a single request takes, alone and while another partner has a thousand, in milliseconds.
 */
export async function besideThousand(): Promise<{ readonly alone: number; readonly beside: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pace-'));
  const twin = await startTwinProcess(folder);
  const onboarder = createOnboarder(twin.urls);
  const singles = async (first: number): Promise<number> => {
    const times: number[] = [];
    for (let index = first; index < first + 10; index += 1) {
      const { postedAt, doneAt } = await onboarder.onboard(index);
      times.push(doneAt - postedAt);
      await pause(5000);
    }
    return median(times);
  };
  try {
    await setQuotas(twin.urls, vendorQuotas);
    await singles(1);
    const alone = await singles(101);
    await postAll(
      twin.urls,
      Array.from({ length: 1000 }, (_, index) => bodyFor(10_001 + index, 'Bench with a thousand')),
    );
    // Wait until each of them has been given its turn.
    await pause(10_000);
    return { alone, beside: await singles(201) };
  } finally {
    onboarder.close();
    await twin.stop();
    rmSync(folder, { recursive: true });
  }
}

/** The vendors' quotas per second; see docs/cost.md. */
export const vendorQuotas = {
  'okta CreateUser': 10,
  'cognito CreateUserPoolClient + cognito AddUserPoolClientSecret + cognito DeleteUserPoolClientSecret': 5,
  'apigateway CreateApiKey': 5,
  'ses SendEmail': 14,
};

/** The operations of which each onboarding needs exactly one successful call. */
const createOperations = [
  'okta CreateUser',
  'cognito CreateUserPoolClient',
  'apigateway CreateApiKey',
  'ses SendEmail',
];
const stateMachineArn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding';
const postsAtOnce = 20;

interface QuotaUse {
  readonly calls: number;
  readonly refusals: number;
}

export interface Crowd {
  readonly ends: Readonly<Record<string, number>>;
  /** In the twin's time, from the first request until the last execution ended. */
  readonly seconds: number;
  readonly perSecond: number;
  /** Calls for each created resource, of the operation with the most calls. */
  readonly callsPerThing: number;
  readonly uses: Readonly<Record<string, QuotaUse>>;
}

/**
 * Sends this many requests at once to a fresh twin whose vendors have quotas, and waits until every execution
 * has ended.
 */
export async function crowd(count: number, timeScale: number): Promise<Crowd> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pace-'));
  const twin = await startTwinProcess(folder, { SALLYPORT_TIME_SCALE: String(timeScale) });
  try {
    await setQuotas(twin.urls, vendorQuotas);
    const startedAt = Date.now();
    await postAll(
      twin.urls,
      Array.from({ length: count }, (_, index) => bodyFor(index + 1)),
    );
    const { ends, lastAt } = await untilAllEnded(twin.urls, count);
    const seconds = ((lastAt - startedAt) / 1000) * timeScale;
    const uses = await quotaUses(twin.urls);
    const callsPerThing = Math.max(
      ...createOperations.map((operation) => (uses[operation]?.calls ?? 0) / (ends['SUCCEEDED'] ?? 0)),
    );
    return { ends, seconds, perSecond: (ends['SUCCEEDED'] ?? 0) / seconds, callsPerThing, uses };
  } finally {
    await twin.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Sets the quotas of the twin's vendors, in calls per second by operation. */
export async function setQuotas(
  { gateway }: TwinUrls,
  quotas: Readonly<Record<string, number>>,
): Promise<void> {
  const answer = await fetch(`${gateway}/_twin/quotas`, { method: 'PUT', body: JSON.stringify(quotas) });
  if (!answer.ok) throw new Error(`the twin refuses the quotas: ${await answer.text()}`);
}

/** Returns how many calls the twin's vendors got and refused, by quota. */
export async function quotaUses({ gateway }: TwinUrls): Promise<Readonly<Record<string, QuotaUse>>> {
  return (await (await fetch(`${gateway}/_twin/quotas`)).json()) as Readonly<Record<string, QuotaUse>>;
}

/** Posts all requests, 20 at a time. */
export async function postAll({ gateway }: TwinUrls, bodies: readonly object[]): Promise<void> {
  const left = [...bodies];
  const one = async (): Promise<void> => {
    for (let body = left.shift(); body !== undefined; body = left.shift()) {
      await deliver(gateway, JSON.stringify(body));
    }
  };
  await Promise.all(Array.from({ length: postsAtOnce }, one));
}

/** Posts a request as ServiceNow does: again, as long as the webhook answers 5xx. */
async function deliver(gateway: string, body: string): Promise<void> {
  for (;;) {
    const { status } = await postWebhook(gateway, body);
    if (status === 202 || status === 200) return;
    if (status < 500) throw new Error(`the webhook answered ${status}`);
    await pause(1000);
  }
}

/** Waits until all executions have ended. Returns how they ended, and when the last of them did. */
async function untilAllEnded(
  { aws }: TwinUrls,
  count: number,
): Promise<{ readonly ends: Readonly<Record<string, number>>; readonly lastAt: number }> {
  const client = new SFNClient({ ...credentials, endpoint: aws });
  try {
    for (;;) {
      await pause(1000);
      const running = await client.send(
        new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 1 }),
      );
      if (running.executions?.length === 0) break;
    }
    const all: NonNullable<ListExecutionsCommandOutput['executions']> = [];
    let nextToken: string | undefined;
    do {
      const page: ListExecutionsCommandOutput = await client.send(
        new ListExecutionsCommand({ stateMachineArn, maxResults: 1000, nextToken }),
      );
      all.push(...(page.executions ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    if (all.length !== count) throw new Error(`${all.length} executions of ${count} requests`);
    const ends = Object.fromEntries(
      [...Map.groupBy(all, ({ status }) => String(status))].map(([status, { length }]) => [status, length]),
    );
    return { ends, lastAt: Math.max(...all.map(({ stopDate }) => stopDate?.getTime() ?? 0)) };
  } finally {
    client.destroy();
  }
}

if (import.meta.main) {
  const [, , count = '1200', timeScale = '5'] = process.argv;
  console.log(count === 'beside' ? await besideThousand() : await crowd(Number(count), Number(timeScale)));
}
