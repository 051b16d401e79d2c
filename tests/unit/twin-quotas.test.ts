import { beforeEach, expect, test } from 'vitest';
import { createFaults } from '../../local/kernel/faults.ts';
import { createQuotas, type Quotas } from '../../local/kernel/quotas.ts';

let milliseconds: number;
let quotas: Quotas;
beforeEach(() => {
  milliseconds = 0;
  quotas = createQuotas(5, () => milliseconds);
});

const admitted = (operation: string, calls: number): number =>
  Array.from({ length: calls }, () => quotas.admit(operation)).filter(Boolean).length;

test('X-14 a quota lets one second’s calls through at once, then as many as the scaled time brings', () => {
  quotas.replace({ 'okta CreateUser': 10 });
  expect(admitted('okta CreateUser', 30)).toBe(10);
  milliseconds = 100;
  expect(admitted('okta CreateUser', 30)).toBe(5);
  milliseconds = 60_000;
  expect(admitted('okta CreateUser', 30)).toBe(10);
  expect(quotas.uses()).toEqual({ 'okta CreateUser': { perSecond: 10, calls: 90, refusals: 65 } });
});

test('X-14 operations that are named together share a quota, and are counted apart', () => {
  quotas.replace({ 'cognito CreateUserPoolClient + cognito AddUserPoolClientSecret': 5 });
  expect(admitted('cognito CreateUserPoolClient', 3)).toBe(3);
  expect(admitted('cognito AddUserPoolClientSecret', 3)).toBe(2);
  expect(quotas.uses()).toEqual({
    'cognito AddUserPoolClientSecret': { perSecond: 5, calls: 3, refusals: 1 },
    'cognito CreateUserPoolClient': { perSecond: 5, calls: 3, refusals: 0 },
  });
});

test('X-14 what has no quota is counted and let through, and new quotas count anew', () => {
  expect(admitted('ses SendEmail', 100)).toBe(100);
  quotas.replace({});
  expect(quotas.uses()).toEqual({});
});

test('X-14 a call beyond its quota is answered as throttled, and has no effect', async () => {
  quotas.replace({ 'okta CreateUser': 1 });
  const faults = createFaults(quotas);
  const answers = {
    unavailable: () => new Response(),
    throttled: () => new Response(null, { status: 429 }),
    rejected: () => new Response(),
  };
  let effects = 0;
  const call = () =>
    faults.around('okta', 'CreateUser', answers, () => {
      effects += 1;
      return new Response();
    });
  expect([(await call()).status, (await call()).status, effects]).toEqual([200, 429, 1]);
});
