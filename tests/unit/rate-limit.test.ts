import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RatePlan } from '../../core/catalogue/catalogue.ts';
import { quotaResetOf, rateLimitPolicyOf } from '../../core/catalogue/rate-limit.ts';

const plans = fc.record({
  rate: fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0.001, max: 10_000, noNaN: true })),
  burst: fc.integer({ min: 1, max: 2_147_483_647 }),
  quota: fc.record({
    limit: fc.integer({ min: 1, max: 2_147_483_647 }),
    period: fc.constantFrom('DAY' as const, 'WEEK' as const, 'MONTH' as const),
  }),
});
const planWith = (period: RatePlan['quota']['period'], rate = 10): RatePlan => ({
  rate,
  burst: 20,
  quota: { limit: 1000, period },
});

describe('X-16 the limits of a plan in RateLimit-Policy', () => {
  test.each([
    [
      planWith('MONTH'),
      '"rate";q=10;w=1;sallyport-burst=20, "quota";q=1000;w=2678400;sallyport-period="month"',
    ],
    [
      planWith('WEEK', 0.5),
      '"rate";q=5;w=10;sallyport-burst=20, "quota";q=1000;w=604800;sallyport-period="week"',
    ],
    [
      planWith('DAY', 1 / 3),
      '"rate";q=20;w=60;sallyport-burst=20, "quota";q=1000;w=86400;sallyport-period="day"',
    ],
  ])('%j are %s', (plan, policy) => {
    expect(rateLimitPolicyOf(plan)).toBe(policy);
  });

  test('are whole numbers above 0 and never more than the plan allows', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const [, q = '', w = '', quota = '', period = ''] =
          /^"rate";q=([1-9]\d{0,14});w=([1-9]\d*);sallyport-burst=\d+, "quota";q=([1-9]\d*);w=([1-9]\d*);sallyport-period="(?:day|week|month)"$/u.exec(
            rateLimitPolicyOf(plan),
          ) ?? [];
        expect(Number(q)).toBeGreaterThan(0);
        // A hundredth part is what a number with a fraction may lose.
        expect(Number(q) / Number(w)).toBeLessThanOrEqual(plan.rate * (1 + 1e-9));
        expect(Number(q) / Number(w)).toBeGreaterThanOrEqual(plan.rate * 0.98);
        expect(Number(quota)).toBe(plan.quota.limit);
        expect(Number(period)).toBeGreaterThanOrEqual(86_400);
      }),
    );
  });

  test.each([
    ['DAY', '2026-12-31T23:59:59Z', '2027-01-01T00:00:00.000Z'],
    ['DAY', '2026-12-31T00:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['WEEK', '2026-11-28T23:59:59Z', '2026-11-29T00:00:00.000Z'],
    ['WEEK', '2026-11-29T00:00:00Z', '2026-12-06T00:00:00.000Z'],
    ['MONTH', '2026-12-15T10:00:00Z', '2027-01-01T00:00:00.000Z'],
  ] as const)('a quota of a %s at %s begins anew at %s', (period, now, reset) => {
    expect(quotaResetOf(planWith(period), new Date(now)).toISOString()).toBe(reset);
  });
});
