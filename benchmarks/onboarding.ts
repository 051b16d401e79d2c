import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startTwinProcess, type TwinProcess } from '../scripts/twin-process.ts';
import { postWebhook } from '../scripts/webhook.ts';
import type { Figure } from './figure.ts';
import { quantile } from './rounds.ts';

/** `npm run bench`: how long one onboarding takes, and what memory the twin takes after them. */
const onboardings = 100;
const sample = JSON.parse(readFileSync('events/samples/b2b-onboarding-us.json', 'utf8')) as { readonly variables: object };

const megabytes = ({ process: { pid = 0 } }: TwinProcess): number =>
  Number(/VmRSS:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
const folder = (): string => mkdtempSync(join(tmpdir(), 'sallyport-bench-'));

/** Milliseconds from the execution's start to its end, by its own record. */
async function timeOnboarding(twin: TwinProcess, client: SFNClient, index: number): Promise<number> {
  const { body } = await postWebhook(twin.urls.gateway, JSON.stringify({
    ...sample, sys_id: index.toString(16).padStart(32, '0'), number: `RITM${String(1_000_000 + index)}`,
    variables: { ...sample.variables, user_id: `bench.${index}`, company: `Bench ${index}`, email: `bench.${index}@partner.example` },
  }));
  for (;;) {
    const { status, startDate, stopDate } = await client.send(new DescribeExecutionCommand({ executionArn: String(body['executionArn']) }));
    if (status === 'SUCCEEDED' && startDate !== undefined && stopDate !== undefined) return stopDate.getTime() - startDate.getTime();
    if (status !== 'RUNNING') throw new Error(`onboarding ${index} ended ${String(status)}`);
    await pause(20);
  }
}

export async function figures(): Promise<readonly Figure[]> {
  const data = folder();
  const twin = await startTwinProcess(data);
  const client = new SFNClient({ endpoint: twin.urls.aws, region: 'eu-west-1', credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' } });
  const times: number[] = [];
  for (let index = 0; index < onboardings; index += 1) times.push(await timeOnboarding(twin, client, index));
  const busy = megabytes(twin);
  client.destroy();
  await twin.stop();
  rmSync(data, { recursive: true });
  return [
    { name: 'twin-memory-after-onboardings', value: busy, unit: 'MB' },
    { name: 'onboarding-p50', value: quantile(times, 0.5), unit: 'ms' },
    { name: 'onboarding-p95', value: quantile(times, 0.95), unit: 'ms' },
  ];
}
