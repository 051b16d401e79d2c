import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { billFor, secondsOf, fixedCharge } from '../../scripts/cost/bill.ts';
import { countUsages, type Usages } from '../../scripts/cost/count.ts';
import { report } from '../../scripts/cost/report.ts';
import { type FixedCosts, fixedCostsOf } from '../../scripts/cost/stack.ts';
import type { Usage } from '../../scripts/cost/usage.ts';
import { packagedStage } from '../support/packaged-stage.ts';

const root = new URL('../../', import.meta.url).pathname;
const nothing: Usage = {
  stateTransitions: 0,
  workflowEvents: 0,
  invocations: 0,
  gatewayCalls: 0,
  readUnits: 0,
  writeUnits: 0,
  requests: {},
};
const bare: FixedCosts = {
  keys: 0,
  secrets: 0,
  alarms: 0,
  metrics: 0,
  dashboards: 0,
  firewalls: 0,
  firewallRules: 0,
  accessLog: false,
  workflowLog: false,
};

describe('docs/cost.md', () => {
  let usages: Usages;
  let fixedCosts: FixedCosts;
  beforeAll(async () => {
    [usages, fixedCosts] = await Promise.all([
      countUsages(),
      packagedStage('prod').then(({ template }) => fixedCostsOf(template)),
    ]);
  }, 120_000);

  test('holds what `npm run cost` computes; if not: npm run cost -- --write', () => {
    const [, tables] =
      /<!-- npm run cost -->\n([^]*)<!-- end -->/u.exec(readFileSync(`${root}docs/cost.md`, 'utf8')) ?? [];
    expect(tables).toBe(`${report(usages, fixedCosts)}\n`);
  });

  test('counts nothing but the gateway where an answer of the authorizer is known', () => {
    expect(usages['next call']).toEqual({ ...nothing, gatewayCalls: 1 });
  });
});

describe('a bill', () => {
  const usages = Object.fromEntries(
    ['onboarding', 'pick-up', 'token'].map((act) => [
      act,
      {
        stateTransitions: 10,
        workflowEvents: 60,
        invocations: 4,
        gatewayCalls: 2,
        readUnits: 100,
        writeUnits: 1000,
        requests: { KMS: 5, SES: 1, CognitoTokens: 1 },
      },
    ]),
  ) as unknown as Usages;

  test('is the counts times the prices, over all acts', () => {
    const {
      Lambda: lambda,
      'CloudWatch Logs': logs,
      ...bill
    } = billFor({ onboarding: 1000, 'pick-up': 1000 }, usages, {
      ...bare,
      firewalls: 1,
      accessLog: true,
      workflowLog: true,
    });
    expect(bill).toEqual({
      'Step Functions': expect.closeTo(0.5) as number,
      'API Gateway': expect.closeTo(0.014) as number,
      DynamoDB: expect.closeTo(1.41 + 0.0282) as number,
      KMS: expect.closeTo(0.03) as number,
      SES: expect.closeTo(0.2) as number,
      'Cognito tokens': expect.closeTo(4.5) as number,
      WAF: expect.closeTo(0.0024) as number,
    });
    // 4 × (15 + 50) ms of work and 5 × 10 + 80 + 60 ms of waiting, with half a gigabyte.
    expect(secondsOf(usages['onboarding'])).toBeCloseTo(0.45);
    expect(lambda).toBeCloseTo(8000 * 0.2e-6 + 2000 * 0.45 * 0.5 * 0.0000133334);
    expect(logs).toBeCloseTo((8000 * 0.8e-6 + 4000 * 0.5e-6 + 120_000 * 0.4e-6) * 0.57);
  });

  test('refuses a request to a vendor that no time is assumed for', () => {
    expect(() => secondsOf({ ...nothing, requests: { Elsewhere: 1 } })).toThrow('Elsewhere');
  });

  test('has what stands there by the month, secrets included', () => {
    expect(
      fixedCharge({
        ...bare,
        keys: 2,
        secrets: 5,
        alarms: 10,
        metrics: 2,
        dashboards: 1,
        firewalls: 1,
        firewallRules: 3,
      }),
    ).toBeCloseTo(2 + 2 + 1 + 0.6 + 3 + 5 + 3);
  });
});
