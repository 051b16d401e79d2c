import type { Catalogue, RatePlan } from '../catalogue/catalogue.ts';
import { rateLimitPolicyOf } from '../catalogue/rate-limit.ts';

/** The largest body of a call or an answer, which is API Gateway's limit. */
export const largestBodyMegabytes = 10;
/** How long a backend may take, which is API Gateway's limit. */
export const longestAnswerSeconds = 29;

/** What every caller of a product is limited to. */
export interface ProductLimits {
  /** The rate plan of contracts that agree on no other. Undefined if the catalogue does not have it. */
  readonly ratePlan: RatePlan | undefined;
}

/** Returns the limits of a product. */
export const limitsOf = (
  { products, ratePlans }: Pick<Catalogue, 'products' | 'ratePlans'>,
  product: string,
): ProductLimits => ({ ratePlan: ratePlans[products[product]?.defaultTerms.ratePlan ?? ''] });

const periods = { DAY: 'day', WEEK: 'week', MONTH: 'month' } as const;

/** Says what the limits are, one sentence each. */
export const limitsInWords = ({ ratePlan }: ProductLimits): readonly string[] => [
  ...(ratePlan === undefined ? [] : planInWords(ratePlan)),
  `A body has at most ${largestBodyMegabytes} MB.`,
  `A call is answered within ${longestAnswerSeconds} seconds, or with 504.`,
  'Calls are accepted from registered addresses alone.',
];

const planInWords = (plan: RatePlan): readonly string[] => [
  `A client may make ${plan.rate} calls a second on average, ${plan.burst} at once and ${plan.quota.limit.toLocaleString('en-GB')} in a ${periods[plan.quota.period]}, unless its contract agrees on another plan. Beyond that, calls are answered 429, with Retry-After.`,
  `A call that is refused by these limits, or denied, is answered with the client's own limits in RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10): ${rateLimitPolicyOf(plan)}. Answers of the product itself do not have this header.`,
];
