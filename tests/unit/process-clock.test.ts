import { expect, onTestFinished, test } from 'vitest';
import { createClock } from '../../local/kernel/clock.ts';
import { setProcessClock } from '../../local/process-clock.ts';

test('every way to ask for the time follows the clock, and dates stay dates', () => {
  const clock = createClock();
  const machineDate = new Date();
  onTestFinished(setProcessClock(clock));
  clock.move(86_400);

  const day = 86_400_000;
  const close = (milliseconds: number): void =>
    expect(Math.abs(milliseconds - machineDate.getTime() - day)).toBeLessThan(60_000);
  close(Date.now());
  close(new Date().getTime());
  close(clock.now().getTime());
  expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
  expect(new Date(2026, 10).getMonth()).toBe(10);
  expect(Date.parse('1970-01-01T00:00:01Z')).toBe(1000);
  for (const date of [machineDate, clock.now(), new Date()]) expect(date).toBeInstanceOf(Date);
});

test('it is put right again', () => {
  const clock = createClock();
  clock.move(86_400);
  const own = Date;
  setProcessClock(clock)();
  expect(Date).toBe(own);
});
