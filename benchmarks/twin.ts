import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { executionStatusOf } from '../clients/executions.ts';
import type { Target } from '../clients/operator.ts';
import { startTwinProcess } from '../clients/twin-process.ts';
import { postWebhook } from '../clients/webhook.ts';
import type { Figure } from './figure.ts';
import { installPeer } from './peers/install.ts';
import { startServerlessOffline, type StartedPeer, writeService } from './peers/serverless-offline.ts';
import { interleaved, median } from './rounds.ts';

const rounds = 5;
const onboardings = 20;
const calls = 200;
/**
 * Milliseconds to wait before memory is read, because the twin goes on importing its functions after it is
 * ready.
 */
const rest = 1500;

/** A call of each route that a function answers without AWS, with the expected status. */
const routes = [
  { method: 'POST', path: '/webhooks/servicenow', status: 401 },
  { method: 'GET', path: '/credentials/unknown', status: 200 },
  { method: 'POST', path: '/credentials/unknown', status: 415 },
  { method: 'POST', path: '/oauth2/token', status: 400 },
] as const;

/** Times in milliseconds, memory in MB. */
interface Run {
  readonly ready: number;
  readonly firstAnswer: number;
  readonly call: number;
  readonly memoryReady: number;
  readonly memoryAfter: number;
}

/**
 * Measures how soon the twin is ready and how much memory it uses, compared with `serverless-offline` with
 * the same routes and handlers. Times run from the spawn until it reports that it is ready (for the twin,
 * until its health page answers as well), and until an unsigned webhook is refused. Memory is read after
 * that, and again after {@link calls} calls of all routes in turn.
 *
 * The peer does less: it serves no AWS, Okta, ServiceNow and backend, runs no state machine and no schedule,
 * enforces no roles, has no authorizer in front of the products' routes, and reads a smaller serverless.json.
 * It imports a function on its first call; the twin imports all of them by itself.
 */
export async function figures(): Promise<readonly Figure[]> {
  const peer = `serverless-offline ${installPeer('serverless-offline')}`;
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  try {
    const used = join(folder, 'used');
    const service = join(folder, 'service');
    await onboard(used);
    await writeService(service);
    const [ours, theirs, again] = await interleaved(rounds, [
      () => measure(() => startTwin(mkdtempSync(join(folder, 'fresh-')))),
      () => measure(() => startServerlessOffline(service)),
      () => measure(() => startTwin(used)),
    ]);
    const of = (runs: readonly Run[] = [], what: keyof Run): number => median(runs.map((run) => run[what]));
    const compare = (name: string, what: keyof Run, unit: string) => ({
      name,
      value: of(ours, what),
      unit,
      peer: { name: peer, value: of(theirs, what) },
    });
    return [
      readySoon(compare('twin-ready', 'ready', 'ms')),
      compare('twin-first-answer', 'firstAnswer', 'ms'),
      compare('twin-call-p50', 'call', 'ms'),
      smallEnough(compare('twin-memory-ready', 'memoryReady', 'MB')),
      smallEnough(compare(`twin-memory-after-${calls}-calls`, 'memoryAfter', 'MB')),
      readySoon({
        name: `twin-ready-with-${onboardings}-onboardings-on-record`,
        value: of(again, 'ready'),
        unit: 'ms',
      }),
      smallEnough({
        name: `twin-memory-with-${onboardings}-onboardings-on-record`,
        value: of(again, 'memoryReady'),
        unit: 'MB',
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const readySoon = (figure: Figure): Figure => ({
  ...figure,
  reach: { wanted: '≤ 2 s', reached: figure.value <= 2000 },
});
const smallEnough = (figure: Figure): Figure => ({
  ...figure,
  reach: { wanted: '≤ 250 MB', reached: figure.value <= 250 },
});

async function startTwin(dataFolder: string): Promise<StartedPeer> {
  const twin = await startTwinProcess(dataFolder);
  return { url: twin.urls.gateway, pid: twin.process.pid ?? 0, stop: () => twin.stop() };
}

async function measure(start: () => Promise<StartedPeer>): Promise<Run> {
  const startedAt = performance.now();
  const { url, pid, stop } = await start();
  try {
    const ready = performance.now() - startedAt;
    await call(url, 0);
    const firstAnswer = performance.now() - startedAt;
    await pause(rest);
    const memoryReady = residentMegabytes(pid);
    const took: number[] = [];
    for (let turn = 0; turn < calls; turn += 1) took.push(await call(url, turn));
    return { ready, firstAnswer, call: median(took), memoryReady, memoryAfter: residentMegabytes(pid) };
  } finally {
    await stop();
  }
}

/**
 * Makes a call and checks its status.
 * @returns its duration in milliseconds
 */
async function call(url: string, turn: number): Promise<number> {
  const { method, path, status } = routes[turn % routes.length] ?? routes[0];
  const startedAt = performance.now();
  const answer = await fetch(`${url}${path}`, { method, ...(method === 'POST' && { body: '{}' }) });
  await answer.arrayBuffer();
  if (answer.status !== status) {
    throw new Error(`${method} ${url}${path} answered ${answer.status} in place of ${status}`);
  }
  return performance.now() - startedAt;
}

/** Returns the resident memory of a process and all its descendants. */
function residentMegabytes(pid: number): number {
  const kilobytes = Number(/VmRSS:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return children.reduce((sum, child) => sum + residentMegabytes(Number(child)), kilobytes / 1024);
}

/** Creates a data folder with finished onboardings on record. */
async function onboard(dataFolder: string): Promise<void> {
  const sample = JSON.parse(readFileSync('events/samples/b2b-onboarding-us.json', 'utf8')) as {
    readonly variables: object;
  };
  const twin = await startTwinProcess(dataFolder);
  const target: Target = {
    client: {
      endpoint: twin.urls.aws,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
    },
    stack: 'sallyport-dev',
  };
  try {
    for (let index = 0; index < onboardings; index += 1) {
      const { body } = await postWebhook(
        twin.urls.gateway,
        JSON.stringify({
          ...sample,
          sys_id: index.toString(16).padStart(32, '0'),
          number: `RITM${String(1_000_000 + index)}`,
          variables: {
            ...sample.variables,
            user_id: `bench.${index}`,
            company: `Bench ${index}`,
            email: `bench.${index}@partner.example`,
          },
        }),
      );
      const name = String(body['executionArn']).split(':').at(-1) ?? '';
      for (let is = 'RUNNING'; is !== 'SUCCEEDED'; { is } = await executionStatusOf(target, name)) {
        if (is !== 'RUNNING') throw new Error(`onboarding ${index} ended ${is}`);
        await pause(20);
      }
    }
  } finally {
    await twin.stop();
  }
}
