import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createClock } from '../../local/kernel/clock.ts';

test('a sleep ends when the clock is moved past its end, and not before', async () => {
  const clock = createClock();
  const slept = clock.sleep(3600).then(() => 'slept');
  clock.move(3540);
  expect(await Promise.race([slept, nextTurn('sleeps')])).toBe('sleeps');
  clock.move(3600);
  expect(await slept).toBe('slept');
});

test('a sleep is no longer for a clock that is moved back, and no shorter for one that was moved ahead before', async () => {
  const clock = createClock(10_000);
  const [short, long] = [clock.sleep(60), clock.sleep(86_400).then(() => 'slept')];
  for (const offset of [5, 0, -86_400]) clock.move(offset);
  await short;
  expect(await Promise.race([long, nextTurn('sleeps')])).toBe('sleeps');
  clock.move(60);
  expect(await long).toBe('slept');
});

test('a sleep that is aborted rejects with the reason', async () => {
  const aborting = new AbortController();
  const slept = createClock().sleep(3600, aborting.signal);
  aborting.abort(new Error('closed'));
  await expect(slept).rejects.toThrow('closed');
  await expect(createClock().sleep(0, aborting.signal)).rejects.toThrow('closed');
});
