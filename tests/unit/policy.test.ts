import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createPolicies,
  denyAll,
  type InvokePolicy,
  policyFor,
  stageArnOf,
} from '../../core/invoke-policies/policy.ts';
import { productDocument } from '../../core/catalogue/catalogue-document.ts';
import type { Route } from '../../core/catalogue/route.ts';

const stage = 'arn:aws:execute-api:eu-west-1:000000000000:abc123/dev';
const scopes = ['p/one', 'p/two', 'p/three'];

/** What IAM does with a policy: a denial wins, nothing is allowed by itself, `*` is any text and `?` any character. */
function allows({ Statement }: InvokePolicy, arn: string): boolean {
  const matching = Statement.filter(({ Resource }) =>
    Resource.some((pattern) =>
      new RegExp(
        `^${pattern
          .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
        's',
      ).test(arn),
    ),
  );
  return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow');
}

/** API Gateway walks down the segments, a literal before a parameter, and does not turn back. */
function mostSpecific(routes: readonly Route[], method: string, path: string): Route | undefined {
  const segments = path.split('/');
  const last = segments.reduce<readonly Route[]>((candidates, segment, depth) => {
    const literal = candidates.filter((candidate) => candidate.path.split('/')[depth] === segment);
    return literal.length > 0
      ? literal
      : candidates.filter((candidate) => candidate.path.split('/')[depth]?.startsWith('{') === true);
  }, routes);
  return last.find(
    (candidate) => candidate.method === method && candidate.path.split('/').length === segments.length,
  );
}

/** By the same rules as catalogue.yml. */
const isAccepted = (routes: readonly Route[]): boolean =>
  productDocument({ product: 'p', brands: ['b'], ratePlans: ['r'], scopes }).shape.routes.safeParse(routes)
    .success;

describe('WF-10 the policy of a client', () => {
  const routes: readonly Route[] = [
    { method: 'GET', path: '/apis/p/reports/{id}', scope: 'p/one' },
    { method: 'GET', path: '/apis/p/reports/{id}/audit', scope: 'p/two' },
    { method: 'POST', path: '/apis/p/reports', scope: 'p/three' },
  ];

  test('allows a route and not the one below it, although the wildcard spans both', () => {
    const policy = policyFor(stage, routes, ['p/one']);
    expect(policy).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: [`${stage}/GET/apis/p/reports/*`] },
        {
          Action: 'execute-api:Invoke',
          Effect: 'Deny',
          Resource: [`${stage}/GET/apis/p/reports/*/audit`, `${stage}/GET/apis/p/reports/*/audit/`],
        },
      ],
    });
    expect(allows(policy, `${stage}/GET/apis/p/reports/7`)).toBe(true);
    expect(allows(policy, `${stage}/GET/apis/p/reports/7/audit`)).toBe(false);
    expect(allows(policy, `${stage}/GET/apis/p/reports/7/audit/`)).toBe(false);
    expect(allows(policy, `${stage}/POST/apis/p/reports`)).toBe(false);
    expect(allows(policy, `${stage.replace('dev', 'prod')}/GET/apis/p/reports/7`)).toBe(false);
  });

  test('allows the route below alone where that is what was granted', () => {
    const policy = policyFor(stage, routes, ['p/two']);
    expect(policy.Statement).toEqual([
      { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: [`${stage}/GET/apis/p/reports/*/audit`] },
    ]);
    expect(allows(policy, `${stage}/GET/apis/p/reports/7`)).toBe(false);
  });

  test('denies a list whose items it allows, with a slash at the end, too', () => {
    const list: Route = { method: 'GET', path: '/apis/p/reports', scope: 'p/two' };
    expect(policyFor(stage, [...routes.slice(0, 1), list], ['p/one']).Statement).toEqual([
      { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: [`${stage}/GET/apis/p/reports/*`] },
      { Action: 'execute-api:Invoke', Effect: 'Deny', Resource: [`${stage}/GET/apis/p/reports/`] },
    ]);
  });

  test.each([[[]], [['p/unknown']]])('denies everything where the scopes %j reach nothing', (granted) => {
    expect(policyFor(stage, routes, granted)).toEqual(denyAll(stage));
    expect(denyAll(stage)).toEqual({
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: [`${stage}/*`] }],
    });
  });

  test('is worked out once for each stage and set of scopes', () => {
    const policyOf = createPolicies(routes);
    const other = stage.replace('dev', 'prod');
    const all = [
      [stage, ['p/one']],
      [stage, ['p/one', 'p/two']],
      [other, ['p/one']],
      [stage, []],
    ] as const;
    for (const [arn, granted] of all) {
      expect(policyOf(arn, granted)).toEqual(policyFor(arn, routes, granted));
      expect(policyOf(arn, [...granted])).toBe(policyOf(arn, granted));
    }
  });

  test('is about the stage of the call, whatever was called', () => {
    expect(stageArnOf(`${stage}/GET/apis/p/reports/7/audit`)).toBe(stage);
    expect(stageArnOf(`${stage}/GET/`)).toBe(stage);
  });

  // Threat T-54
  test('allows a call exactly if its most specific route is granted, for every set of routes that the catalogue takes', () => {
    const segment = fc.constantFrom('reports', 'audit', 'r.a', '7', '{id}');
    const route = fc.record({
      method: fc.constantFrom('GET' as const, 'POST' as const),
      path: fc
        .array(segment, { minLength: 1, maxLength: 4 })
        .filter((parts) => parts.filter((part) => part === '{id}').length < 2)
        .map((parts) => `/${parts.join('/')}`),
      scope: fc.constantFrom(...scopes),
    });
    const accepted = fc
      .uniqueArray(route, { minLength: 1, maxLength: 6, selector: ({ method, path }) => `${method}${path}` })
      .filter(isAccepted);
    const value = fc.constantFrom('7', 'reports', 'audit', 'r.a', 'rxa', 'a-b', '%2F');
    let [allowed, denied] = [0, 0];
    fc.assert(
      fc.property(accepted, fc.subarray(scopes), value, (all, granted, filling) => {
        const policy = policyFor(stage, all, granted);
        for (const { method, path } of all) {
          const called = path.replaceAll('{id}', filling);
          const meant = mostSpecific(all, method, called);
          if (meant === undefined) continue;
          const answer = allows(policy, `${stage}/${method}${called}`);
          expect(answer, `${method} ${called} by ${granted.join()}`).toBe(granted.includes(meant.scope));
          // API Gateway finds the same route by it.
          if (!answer) {
            expect(
              allows(policy, `${stage}/${method}${called}/`),
              `${method} ${called}/ by ${granted.join()}`,
            ).toBe(false);
          }
          if (answer) allowed += 1;
          else denied += 1;
        }
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(allowed, denied)).toBeGreaterThan(500);
  });
});
