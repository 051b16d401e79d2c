import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Refused } from '../../local/gateway/exchange.ts';
import { createUsageMeter } from '../../local/gateway/usage.ts';
import { createClock } from '../../local/kernel/clock.ts';
import { openStore } from '../../local/kernel/store.ts';

test('WF-6 a quota outlives the process, and is counted apart for each key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-usage-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const plan = { planId: 'standard', keyId: 'one', quota: { limit: 1, period: 'MONTH' } } as const;

  const before = openStore(folder);
  createUsageMeter(before, createClock()).count(plan);
  before.close();

  const after = openStore(folder);
  const meter = createUsageMeter(after, createClock());
  expect(() => meter.count(plan)).toThrow(new Refused('QUOTA_EXCEEDED'));
  meter.count({ ...plan, keyId: 'two' });
  after.close();
});
