import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createEventBus, type EventBus } from '../../local/events/event-bus.ts';
import { mailEvents } from '../../local/events/mail-events.ts';
import { startSchedules } from '../../local/events/schedules.ts';
import { createClock } from '../../local/kernel/clock.ts';
import { openStore, type Store } from '../../local/kernel/store.ts';
import type { Lambda } from '../../local/lambda/lambda.ts';

const rules = [
  {
    functionName: 'mail-events',
    pattern: { source: ['aws.ses'], 'detail-type': ['Email Sent'], detail: {} },
  },
  {
    functionName: 'ends',
    pattern: {
      source: ['aws.states'],
      'detail-type': ['Status'],
      detail: { status: ['FAILED', 'ABORTED'], machine: ['mine', { prefix: 'mine:' }] },
    },
  },
];
const failed = { ok: false, error: { errorType: 'Error', errorMessage: 'no', trace: [] } } as const;

const sent = (tags: Readonly<Record<string, string>>) =>
  mailEvents({ messageId: 'm-1', tags, recipients: ['a@acme.example'] })[0] ?? expect.fail('no event');

let folder: string;
let store: Store;
let buses: EventBus[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-events-'));
  store = openStore(folder);
  buses = [];
});
afterEach(() => {
  for (const bus of buses) bus.close();
  store.close();
  rmSync(folder, { recursive: true });
});

function busWith(lambda: Lambda): EventBus {
  const bus = createEventBus({ store, clock: createClock(1000), lambda, rules });
  buses.push(bus);
  return bus;
}

// Threat T-76
test("hands an event to the functions whose rule it matches, in EventBridge's envelope", async () => {
  const received: unknown[] = [];
  const bus = busWith({
    invoke: (functionName, event) => {
      received.push([functionName, event]);
      return Promise.resolve({ ok: true, payload: null });
    },
  });
  bus.publish({ source: 'aws.other', detailType: 'Email Sent', detail: {} });
  bus.publish({ ...sent({ row: 'abc' }), resources: ['arn:of:it'] });
  await vi.waitFor(() => {
    expect(store.collection('events').all()).toEqual([]);
  });
  expect(received).toEqual([
    [
      'mail-events',
      {
        version: '0',
        id: expect.any(String) as string,
        source: 'aws.ses',
        'detail-type': 'Email Sent',
        account: '000000000000',
        region: 'eu-west-1',
        resources: ['arn:of:it'],
        time: expect.any(String) as string,
        detail: { eventType: 'Send', mail: { messageId: 'm-1', tags: { row: ['abc'] } }, send: {} },
      },
    ],
  ]);
});

test('looks at the values of the detail where a rule asks for some', async () => {
  const received: unknown[] = [];
  const bus = busWith({
    invoke: (_, event) => {
      received.push((event as { detail: unknown }).detail);
      return Promise.resolve({ ok: true, payload: null });
    },
  });
  for (const [status, machine] of [
    ['FAILED', 'mine'],
    ['RUNNING', 'mine'],
    ['ABORTED', 'another'],
    ['ABORTED', 'mine'],
  ]) {
    bus.publish({ source: 'aws.states', detailType: 'Status', detail: { status, machine } });
  }
  await vi.waitFor(() => {
    expect(store.collection('events').all()).toEqual([]);
  });
  expect(received).toEqual([
    { status: 'FAILED', machine: 'mine' },
    { status: 'ABORTED', machine: 'mine' },
  ]);
});

test.each([
  ['mine', 1],
  ['mine:live', 1],
  ['mine:3', 1],
  ['mine2', 0],
  ['not-mine:live', 0],
  ['', 0],
])('X-1 a rule that asks for a value or a prefix hears of %j %i times', async (machine, times) => {
  const received: unknown[] = [];
  const bus = busWith({
    invoke: (name) => {
      received.push(name);
      return Promise.resolve({ ok: true, payload: null });
    },
  });
  bus.publish({ source: 'aws.states', detailType: 'Status', detail: { status: 'FAILED', machine } });
  await vi.waitFor(() => {
    expect(store.collection('events').all()).toEqual([]);
  });
  expect(received).toEqual(Array(times).fill('ends'));
});

test('gives an event up after the third failure, as Lambda does', async () => {
  let calls = 0;
  busWith({
    invoke: () => {
      calls += 1;
      return Promise.resolve(failed);
    },
  }).publish(sent({}));
  await vi.waitFor(() => {
    expect(store.collection('events').all()).toEqual([]);
  });
  expect(calls).toBe(3);
});

test('hands it over again where the function failed, and after the process died', async () => {
  let calls = 0;
  busWith({
    invoke: () => {
      calls += 1;
      return new Promise(() => undefined);
    },
  }).publish(sent({}));
  expect(calls).toBe(1);

  const answers = [failed, failed, { ok: true, payload: null }] as const;
  const seen: string[] = [];
  busWith({
    invoke: (_, event) => {
      seen.push((event as { id: string }).id);
      return Promise.resolve(answers[seen.length - 1] ?? failed);
    },
  }).resume();
  await vi.waitFor(() => {
    expect(store.collection('events').all()).toEqual([]);
  });
  expect(seen).toHaveLength(3);
  expect(new Set(seen).size).toBe(1);
});

test.each([
  ['a@acme.example', ['Send', 'Delivery']],
  ['bounce@simulator.amazonses.com', ['Send', 'Bounce']],
  ['Complaint+1@simulator.amazonses.com', ['Send', 'Delivery', 'Complaint']],
  ['ooto@simulator.amazonses.com', ['Send', 'Delivery', 'Bounce']],
  ['suppressionlist@simulator.amazonses.com', ['Send', 'Bounce']],
  ['success@simulator.amazonses.com', ['Send', 'Delivery']],
  ['constructor@simulator.amazonses.com', ['Send', 'Delivery']],
  ['bounce@simulator.amazonses.com.example', ['Send', 'Delivery']],
])('SES tells of a mail to %s: %j', (recipient, types) => {
  expect(
    mailEvents({ messageId: 'm-1', tags: {}, recipients: [recipient] }).map(
      ({ detail }) => detail['eventType'],
    ),
  ).toEqual(types);
});

test("schedules go by the twin's clock, and end", async () => {
  const clock = createClock();
  const invoked: string[] = [];
  const stop = startSchedules({
    clock,
    schedules: [{ functionName: 'onboarding-sweep', everySeconds: 300 }],
    lambda: {
      invoke: (name) => {
        invoked.push(name);
        return Promise.resolve({ ok: true, payload: null });
      },
    },
  });
  clock.move(301);
  await vi.waitFor(() => {
    expect(invoked).toEqual(['onboarding-sweep']);
  });
  stop();
  clock.move(10_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(invoked).toEqual(['onboarding-sweep']);
});
