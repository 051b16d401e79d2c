import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestFor } from '../journeys/requests.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';
import { inspectable, liveBytes } from './live-memory.ts';
import { patience, runs } from './runs.ts';
import { everythingStored, oddLinesIn, postSigned } from './watched-twin.ts';

const megabyte = 1024 * 1024;
const large = Buffer.alloc(megabyte, '{"type":"sc_req_item.submitted","variables":{"company":"x"}} ');
const invalid = Buffer.from(
  JSON.stringify(
    requestFor('RITM0080000', {
      region: 'MARS',
      description: 'x'.repeat(40_000),
      ip_addresses: '10.0.0.1 '.repeat(100),
    }),
  ),
);
const rounds = runs(3).numRuns;
/** Of compiled code and the like. What a round sends is seven times as much. */
const tolerance = 4 * megabyte;

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin({ environment: { NODE_OPTIONS: `--max-old-space-size=160 ${inspectable}` } });
});
afterAll(() => twin.stop());

const webhook = (): string => `${twin.urls.gateway}/webhooks/servicenow`;
const someLink = (): string => `${twin.urls.gateway}/credentials/${'A'.repeat(43)}${Math.random()}`;
async function post(
  url: string,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const answer = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
  await answer.arrayBuffer();
  return answer.status;
}

/** Sends all but the last byte of a body, and hangs up. */
const hangUp = (): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(twin.urls.gateway).port), '127.0.0.1');
    socket
      .on('error', () => undefined)
      .once('close', () => {
        resolve();
      });
    socket.write(`POST /webhooks/servicenow HTTP/1.1\r\nHost: x\r\nContent-Length: ${megabyte}\r\n\r\n`);
    socket.write(large.subarray(1), () => {
      socket.destroy();
    });
  });

const refused: readonly (readonly [status: number, send: () => Promise<number>])[] = [
  [422, async () => (await postSigned(twin, invalid)).status],
  [
    401,
    () =>
      post(webhook(), invalid, {
        'webhook-id': String(Math.random()),
        'webhook-timestamp': '1',
        'webhook-signature': 'v1,'.repeat(2000),
      }),
  ],
  [
    410,
    () =>
      post(someLink(), Buffer.from(`{"code":"${Math.random().toFixed(8).slice(2)}"}`), {
        'content-type': 'application/json',
        accept: 'text/html',
      }),
  ],
  [404, () => post(`${someLink()}/${'x'.repeat(8000)}`, Buffer.from('code=1'))],
];

/** All at once: `scale` times 15 MB in bodies too large, as much in bodies cut short, and 40 requests that are refused one way or another. */
async function storm(scale: number): Promise<void> {
  const all = <T>(count: number, act: () => Promise<T>): Promise<readonly T[]> =>
    Promise.all(Array.from({ length: count * scale }, act));
  const [, ...answers] = await Promise.all([
    all(15, hangUp),
    all(8, () => post(webhook(), large)),
    all(7, () => post(someLink(), large)),
    ...refused.map(([, send]) => all(10, send)),
  ]);
  expect(answers.map((statuses) => [...new Set(statuses)])).toEqual([
    [413],
    [413],
    ...refused.map(([status]) => [status]),
  ]);
}

test(
  'the twin does not grow with what it refuses',
  async () => {
    const stored = await everythingStored(twin);
    await storm(2);
    const before = await liveBytes(twin);
    for (let round = 0; round < rounds; round += 1) await storm(1);
    await expect.poll(() => liveBytes(twin), { timeout: 100_000 }).toBeLessThan(before + tolerance);
    expect(await everythingStored(twin)).toEqual(stored);
    expect(oddLinesIn(twin).filter((line) => !/^(?:Debugger |For help, see: )/u.test(line))).toEqual([]);
  },
  patience,
);
