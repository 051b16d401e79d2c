import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { deriveSealingKey } from '../../adapters/evaluation/sealing-keys.ts';
import { authorize } from '../../core/authorization/authorize.ts';
import { policyFits } from '../../core/invoke-policies/policy-size.ts';
import type { Route } from '../../core/catalogue/route.ts';
import { withEvaluationId } from '../../functions/authorizer/with-evaluation-id.ts';
import { fakeSealingKey } from '../support/fakes/delivery.ts';

const now = new Date('2026-11-20T10:00:00Z');
const scopes = ['product/a', 'product/b', 'product/c'];

/** The longest limits that there are. */
const longestPlan = {
  rate: 10_000,
  burst: 2_147_483_647,
  quota: { limit: 2_147_483_647, period: 'MONTH' },
} as const;

/** Routes of which some lie within others, so that fewer scopes may mean more denials. */
const routes = fc.array(
  fc.record({
    method: fc.constantFrom('GET' as const, 'DELETE' as const),
    path: fc
      .tuple(
        fc.constantFrom('reports', 'orders'),
        fc.constantFrom('/{id}', '/archive', '/summary'),
        fc.integer({ min: 0, max: 60 }).map((length) => '/x'.repeat(length)),
      )
      .map((parts) => `/apis/product/${parts.join('')}`),
    scope: fc.constantFrom(...scopes),
  }),
  { minLength: 30, maxLength: 110 },
);

/** The answer under the longest names that there are, and what it follows from. */
function answerWith(all: readonly Route[], granted: readonly string[], held: readonly string[]) {
  const mapping = {
    clientId: 'c'.repeat(128),
    partnerId: 'p'.repeat(53),
    contractId: 'n'.repeat(100),
    product: 'product',
    onboardingId: 'onb-1',
    status: 'active' as const,
    version: 1,
    changes: [],
    scopes: granted,
    routes: all,
    ipRanges: ['203.0.113.10'],
    apiKey: 'k'.repeat(43),
    ratePlan: 'longest',
  };
  const methodArn =
    'arn:aws-us-gov:execute-api:us-gov-west-1:000000000000:0123456789/production/GET/apis/product/reports';
  const request = {
    now,
    invocationId: randomUUID(),
    evaluation: {
      decision: 'allow' as const,
      rule: 'all' as const,
      access: { client: mapping, scopes: held, until: now },
    },
    principal: { clientId: mapping.clientId, earlierClientIds: [], userId: 'u'.repeat(256) },
    standing: {
      clientContext: { client: mapping, contract: undefined, partner: undefined },
      earlierContexts: [],
    },
    methodArn,
    publicUrl: `https://${'a'.repeat(60)}.example`,
    ratePlans: { longest: longestPlan },
  };
  return { ...request, authorization: authorize(request) };
}

/** The size of the answer as API Gateway gets it. */
const answerBytes = (...names: Parameters<typeof answerWith>): number =>
  Buffer.byteLength(JSON.stringify(answerWith(...names).authorization));

test('WF-6 whatever token a client holds, the answer stays within 8 KB if its policy fits', () => {
  let tight = 0;
  fc.assert(
    fc.property(routes, fc.subarray(scopes, { minLength: 1 }), (all, granted) => {
      fc.pre(policyFits(all, granted));
      for (const held of [granted, granted.slice(1), granted.slice(0, 1)]) {
        const bytes = answerBytes(all, granted, held);
        if (bytes > 6.5 * 1024) tight += 1;
        expect(bytes).toBeLessThanOrEqual(8 * 1024);
      }
    }),
    { numRuns: 300 },
  );
  expect(tight).toBeGreaterThan(0);
});

test('X-9 an evaluation id is sealed only if the answer stays within 8 KB with it', async () => {
  const sealingKey = await deriveSealingKey({ macKey: fakeSealingKey, stage: 'dev' }, '2026-11');
  const sealedOver = async (routeCount: number) => {
    const all = Array.from({ length: routeCount }, (_, index): Route => ({
      method: 'GET',
      path: `/apis/product/a-route-of-its-own/${index}`,
      scope: 'product/a',
    }));
    expect(policyFits(all, ['product/a']), String(routeCount)).toBe(true);
    const plain = answerWith(all, ['product/a'], ['product/a']);
    const { evaluation, standing, authorization } = plain;
    const principal = { clientId: plain.principal.clientId, earlierClientIds: [] };
    const answer = await withEvaluationId(
      {
        evaluation,
        authorization,
        judged: {
          at: now,
          token: 'a.b.c',
          verified: { principal, expiresAt: now, validUntil: now },
          standing,
        },
      },
      {
        httpMethod: 'GET',
        resource: '/apis/product/reports',
        requestContext: { identity: { sourceIp: '203.0.113.10' } },
      } as APIGatewayRequestAuthorizerEvent,
      sealingKey,
      { catalogueVersion: 'catalogue-1' },
    );
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(8 * 1024);
    return answer.context.evaluationId !== authorization.context.evaluationId;
  };
  expect(await Promise.all([10, 30, 40, 50].map(sealedOver))).toEqual([true, true, true, false]);
});

test('WF-6 more routes than fit are said not to', () => {
  const lots = Array.from({ length: 100 }, (_, index): Route => ({
    method: 'GET',
    path: `/apis/product/a-route-of-its-own/${index}`,
    scope: index < 10 ? 'product/a' : 'product/b',
  }));
  expect(policyFits(lots, ['product/a'])).toBe(true);
  expect(policyFits(lots, ['product/a', 'product/b'])).toBe(false);
  expect(policyFits([], [])).toBe(true);
});
