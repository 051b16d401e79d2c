import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { call, type PickedUpCredentials, requestToken } from '../clients/partner.ts';
import { startTwinProcess, type TwinUrls } from '../clients/twin-process.ts';
import type { Figure } from './figure.ts';
import { onboardClient } from './onboard.ts';
import { median } from './rounds.ts';

const rounds = 3;
const subjects = ['client', 'contract'] as const;
type Subject = (typeof subjects)[number];

const millisecondsBetweenCalls = 25;
const millisecondsBetweenTokens = 250;
/** How long the client calls before it is suspended, and how long it goes on calling after it is denied. */
const millisecondsBefore = 3000;
const millisecondsAfter = 3000;

/**
 * Measures how long after a suspension calls still pass and tokens are still issued. The client calls
 * and requests tokens all the time, so that every cache on the way holds it. Times are those of the machine's
 * clock, and each round has a new client. The bound is the one in the operator API's answer.
 */
export async function figures(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const twin = await startTwinProcess(folder);
  try {
    let index = 0;
    const found: Figure[] = [];
    for (const subject of subjects) {
      const measured: Delays[] = [];
      for (let round = 0; round < rounds; round += 1) {
        measured.push(await measure(twin.urls, index++, subject));
      }
      const bound = Math.max(...measured.map((each) => each.bound));
      for (const what of ['calls', 'tokens'] as const) {
        const delays = measured.map((each) => each[what]);
        const longest = Math.max(...delays);
        found.push(
          { name: `kill-switch-${subject}-${what}`, value: median(delays), unit: 's' },
          {
            name: `kill-switch-${subject}-${what}-longest`,
            value: longest,
            unit: 's',
            reach: { wanted: `≤ ${bound} s`, reached: longest <= bound },
          },
        );
      }
    }
    return found;
  } finally {
    await twin.stop();
    rmSync(folder, { recursive: true });
  }
}

/** In seconds. */
interface Delays {
  readonly calls: number;
  readonly tokens: number;
  readonly bound: number;
}

async function measure(urls: TwinUrls, index: number, subject: Subject): Promise<Delays> {
  const credentials = await onboardClient(urls, index);
  const { accessToken } = await requestToken(credentials);
  const passes = async (): Promise<boolean> =>
    (await call(urls, { method: 'GET', path: '/apis/credit-reports/reports' }, '203.0.113.10', accessToken))
      .status === 200;
  const isGiven = (): Promise<boolean> =>
    requestToken(credentials).then(
      () => true,
      () => false,
    );

  const over = new AbortController();
  const watched = Promise.all([
    lastSuccess(passes, millisecondsBetweenCalls, over.signal),
    lastSuccess(isGiven, millisecondsBetweenTokens, over.signal),
  ]);
  await pause(millisecondsBefore);
  const suspendedAt = performance.now();
  const bound = await suspend(urls, credentials, subject);
  await pause(bound * 1000 + millisecondsAfter);
  over.abort();
  const [calls, tokens] = await watched;
  const delay = (at: number): number => Math.max(0, at - suspendedAt) / 1000;
  return { calls: delay(calls), tokens: delay(tokens), bound };
}

/**
 * Repeats an attempt until `over` is aborted.
 * @returns when the latest successful attempt ended
 */
async function lastSuccess(
  succeeds: () => Promise<boolean>,
  between: number,
  over: AbortSignal,
): Promise<number> {
  let last = Number.NaN;
  while (!over.aborted) {
    if (await succeeds()) last = performance.now();
    await pause(between);
  }
  return last;
}

/**
 * Suspends a client or its contract.
 * @returns within how many seconds the suspension is in effect everywhere, according to the answer
 */
async function suspend(
  { gateway }: TwinUrls,
  { client_id: clientId }: PickedUpCredentials,
  subject: Subject,
): Promise<number> {
  const operator = await fetch(`${gateway}/_twin/operator-tokens`, {
    method: 'POST',
    body: JSON.stringify({ role: 'operator', name: 'ada' }),
  });
  const { access_token: token } = (await operator.json()) as { readonly access_token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ask = async (path: string, change: RequestInit = { headers }) => {
    const answer = await fetch(`${gateway}/operator/${path}`, change);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return {
      etag: answer.headers.get('etag') ?? '',
      body: (await answer.json()) as { readonly contractId: string; readonly decidedWithinSeconds: number },
    };
  };
  const client = `clients/${clientId}`;
  const path = subject === 'client' ? client : `contracts/${(await ask(client)).body.contractId}`;
  const { etag } = await ask(path);
  const suspended = await ask(`${path}/transitions`, {
    method: 'POST',
    headers: { ...headers, 'if-match': etag },
    body: JSON.stringify({ to: 'suspended', why: 'measured' }),
  });
  return suspended.body.decidedWithinSeconds;
}
