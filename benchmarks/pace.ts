import { ListExecutionsCommand, type ListExecutionsCommandOutput, SFNClient } from '@aws-sdk/client-sfn';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startTwinProcess, type TwinUrls } from '../scripts/twin-process.ts';
import { postWebhook } from '../scripts/webhook.ts';
import type { Figure } from './figure.ts';
import { bodyFor, createOnboarder, credentials } from './onboard.ts';
import { median } from './rounds.ts';

/** So many requests at once, and how many times faster than life the twin's time and the quotas pass. */
const crowds = [
  [1200, 2],
  [5000, 1],
] as const;

/**
 * Requests at once, with the vendors' quotas in force on the twin.
 *
 * - Rate: onboardings from the first request until the last is `Done`, over that time, as a share of the slowest quota.
 * - Calls for each thing made: of the operation with the most.
 * - Beside: the times of ten requests of ten partners while another partner's thousand are worked off, in life's time,
 *   over the times of ten alone; medians.
 */
export async function figures(): Promise<readonly Figure[]> {
  const all: Figure[] = [];
  for (const [count, timeScale] of crowds) {
    const { ends, perSecond, callsPerThing } = await crowd(count, timeScale);
    const notDone = count - (ends['SUCCEEDED'] ?? 0);
    const share = perSecond / slowest;
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

/** Calls per second. */
const slowest = 5;

/** How long a single request takes, alone and beside a partner with a thousand, in milliseconds. */
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
    // Until each of them has been given its turn.
    await pause(10_000);
    return { alone, beside: await singles(201) };
  } finally {
    onboarder.close();
    await twin.stop();
    rmSync(folder, { recursive: true });
  }
}

/** What the vendors allow per second; see docs/cost.md. */
export const vendorQuotas = {
  'okta CreateUser': 10,
  'cognito CreateUserPoolClient + cognito AddUserPoolClientSecret + cognito DeleteUserPoolClientSecret': 5,
  'apigateway CreateApiKey': 5,
  'ses SendEmail': 14,
};

/** One thing of each is made for each onboarding. */
const makingOperations = [
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
  /** Of the operation with the most. */
  readonly callsPerThing: number;
  readonly uses: Readonly<Record<string, QuotaUse>>;
}

/** Puts so many requests at once to a fresh twin whose vendors have quotas, and waits until every execution has ended. */
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
      ...makingOperations.map((operation) => (uses[operation]?.calls ?? 0) / (ends['SUCCEEDED'] ?? 0)),
    );
    return { ends, seconds, perSecond: (ends['SUCCEEDED'] ?? 0) / seconds, callsPerThing, uses };
  } finally {
    await twin.stop();
    rmSync(folder, { recursive: true });
  }
}

export async function setQuotas(
  { gateway }: TwinUrls,
  quotas: Readonly<Record<string, number>>,
): Promise<void> {
  const answer = await fetch(`${gateway}/_twin/quotas`, { method: 'PUT', body: JSON.stringify(quotas) });
  if (!answer.ok) throw new Error(`the twin refuses the quotas: ${await answer.text()}`);
}

export async function quotaUses({ gateway }: TwinUrls): Promise<Readonly<Record<string, QuotaUse>>> {
  return (await (await fetch(`${gateway}/_twin/quotas`)).json()) as Readonly<Record<string, QuotaUse>>;
}

export async function postAll({ gateway }: TwinUrls, bodies: readonly object[]): Promise<void> {
  const left = [...bodies];
  const one = async (): Promise<void> => {
    for (let body = left.shift(); body !== undefined; body = left.shift()) {
      await deliver(gateway, JSON.stringify(body));
    }
  };
  await Promise.all(Array.from({ length: postsAtOnce }, one));
}

/** As ServiceNow does: again, while the answer is that it may. */
async function deliver(gateway: string, body: string): Promise<void> {
  for (;;) {
    const { status } = await postWebhook(gateway, body);
    if (status === 202 || status === 200) return;
    if (status < 500) throw new Error(`the webhook answered ${status}`);
    await pause(1000);
  }
}

/** How the executions ended, and when the last of them did. */
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
