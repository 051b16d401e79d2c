import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { policyFor } from '../../core/invoke-policies/policy.ts';
import type { Catalogue } from '../../core/catalogue/catalogue.ts';
import type { Route as CatalogueRoute } from '../../core/catalogue/route.ts';
import { createFirewall, firewallRules } from '../../local/gateway/firewall.ts';
import type { GatewayRoute } from '../../local/gateway/route.ts';
import { pathRule } from '../../resources/path-rule.ts';
import { catalogue as sampleCatalogue } from '../support/fakes/samples.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { rawRequest } from '../support/raw-request.ts';

const routes: readonly CatalogueRoute[] = [
  { method: 'GET', path: '/reports', scope: 'credit-reports/list' },
  { method: 'GET', path: '/reports/{id}', scope: 'credit-reports/read' },
  { method: 'GET', path: '/reports/admin', scope: 'credit-reports/admin' },
  { method: 'GET', path: '/people/{person}', scope: 'credit-reports/read' },
];
const product = Object.values(sampleCatalogue.products)[0] ?? expect.fail('no product');
const catalogue: Catalogue = {
  ...sampleCatalogue,
  products: { 'credit-reports': { ...product, routes, parameters: { id: '[A-Za-z0-9-]{1,20}' } } },
};
const rules = firewallRules.parse([pathRule(catalogue, 'sallyport-dev')]);
const stage = 'arn:aws:execute-api:eu-west-1:000000000000:sallyport1/dev';
const policyDocument = policyFor(
  stage,
  routes.map((route) => ({ ...route, path: `/apis/credit-reports${route.path}` })),
  ['credit-reports/read'],
);

let backend: Server;
let received: (string | undefined)[] = [];
let behindFirewall: TestGateway;
let withoutFirewall: TestGateway;

beforeAll(async () => {
  backend = createServer(({ url }, outgoing) => {
    received.push(url);
    outgoing.end();
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const address = backend.address();
  if (address === null || typeof address === 'string') throw new Error('the backend has no port');
  const parts = {
    routes: routes.map(({ method, path }): GatewayRoute => ({
      method,
      resource: `/apis/credit-reports${path}`,
      protected: true,
      integration: {
        kind: 'http',
        uri: `http://127.0.0.1:${address.port}${path}`,
        headers: {},
        timeoutMillis: 29_000,
      },
    })),
    functions: {
      authorizer: () => ({ principalId: 'c', policyDocument, context: {}, usageIdentifierKey: 'key' }),
    },
    planOf: () => ({ planId: 'p', keyId: 'k' }),
    responses: { MISSING_AUTHENTICATION_TOKEN: { status: 404, headers: {} } },
  };
  behindFirewall = await startGateway({ ...parts, firewallRules: rules });
  withoutFirewall = await startGateway(parts);
});
afterAll(async () => {
  await behindFirewall.close();
  await withoutFirewall.close();
  await new Promise((resolve) => backend.close(resolve));
});

async function call(
  gateway: TestGateway,
  path: string,
): Promise<readonly [status: number, ...reached: (string | undefined)[]]> {
  received = [];
  const { status } = await rawRequest(gateway.url, { path, headers: [['Authorization', 'Bearer one']] });
  return [status, ...received];
}

/** Spellings of calls that the client's policy does not mean: it may read a report, and neither list nor administer them. */
const deviations = [
  '/apis/credit-reports/reports/',
  '/apis/credit-reports/reports//',
  '//apis/credit-reports/reports/',
  '/apis/credit-reports//reports',
  '/apis/credit-reports/reports/admin/',
  '//apis/credit-reports/reports/admin',
  '/apis/credit-reports/reports//admin',
  '/apis/credit-reports/reports/%61dmin',
  '/apis/credit-reports/reports/admi%6E',
  '/apis/credit%2Dreports/reports/7',
  '/apis/credit-reports/reports/x%2F..%2Fadmin',
  '/apis/credit-reports/reports/%2Fadmin',
  '/apis/credit-reports/reports/7%2fpages',
  '/apis/credit-reports/reports/..',
  '/apis/credit-reports/reports/.',
  '/apis/credit-reports/people/../reports/admin',
  '/apis/credit-reports/reports/%2e%2E',
  '/apis/credit-reports/people/%2e%2e%2Freports%2Fadmin',
  '/apis/credit-reports/people/..%5Creports',
  '/apis/credit-reports/people/%252e%252e',
  '/apis/credit-reports/people/7%3Fadmin=true',
  '/apis/credit-reports/people/7%23x',
  '/apis/credit-reports/people/7;admin=true',
  '/apis/credit-reports/people/7%3badmin=true',
  '/apis/credit-reports/people/7%00',
  '/apis/credit-reports/people/7%0d%0aX:1',
  '/apis/credit-reports/people/7%7F',
  '/apis/credit-reports/people/%',
  '/apis/credit-reports/people/%2',
  '/apis/credit-reports/people/%c0%af',
  '/apis/credit-reports/people/%ff',
  '/apis/credit-reports/people/%80%',
  '/apis/credit-reports/people/',
  '/apis/credit-reports/reports/Ad_min',
  '/apis/credit-reports/reports/a%20b',
  '/apis/credit-reports/reports/123456789012345678901',
];

describe('WF-10 behind the firewall', () => {
  // Threat T-50
  test.each(deviations)('%s is blocked before it is routed', async (path) => {
    expect(await call(behindFirewall, path)).toEqual([403]);
    expect(behindFirewall.log.at(-1)).toMatchObject({
      status: 403,
      refused: "blocked by the firewall's rule paths",
    });
  });

  test.each([
    ['/apis/credit-reports/reports/7', '/reports/7'],
    ['/apis/credit-reports/reports/a-b', '/reports/a-b'],
    ['/apis/credit-reports/reports/7?next=%2Fadmin&x=//', '/reports/7?next=%2Fadmin&x=//'],
    ['/apis/credit-reports/people/Li%20%C5%81%C3%B3d%C5%BA', '/people/Li%20%C5%81%C3%B3d%C5%BA'],
    ['/apis/credit-reports/people/a%40b.example', '/people/a@b.example'],
    ["/apis/credit-reports/people/a+b:c,(d)=e!$&'*~", "/people/a+b:c,(d)=e!$&'*~"],
  ])('%s reaches what it means', async (path, upstream) => {
    expect(await call(behindFirewall, path)).toEqual([200, upstream]);
  });

  test.each([
    ['/apis/credit-reports/reports', 403],
    ['/apis/credit-reports/reports/admin', 403],
    ['/apis/credit-reports/elsewhere', 404],
    ['/dev/apis/credit-reports/reports/7', 404],
    ['/APIS/credit-reports/reports/7', 404],
  ])('%s is denied or not there, as ever: %i', async (path, status) => {
    expect(await call(behindFirewall, path)).toEqual([status]);
    expect(behindFirewall.log.at(-1)?.refused).not.toContain('firewall');
  });
});

describe('WF-10 without a firewall, as API Gateway routes', () => {
  test('a slash at the end is the same route, and the policy denies it alike', async () => {
    expect(await call(withoutFirewall, '/apis/credit-reports/reports/')).toEqual([403]);
    expect(await call(withoutFirewall, '/apis/credit-reports/reports/admin/')).toEqual([403]);
    expect(await call(withoutFirewall, '/apis/credit-reports/reports/7/')).toEqual([200, '/reports/7']);
  });

  test('several slashes at the beginning are one', async () => {
    expect(await call(withoutFirewall, '///apis/credit-reports/reports')).toEqual([403]);
    expect(await call(withoutFirewall, '//apis/credit-reports/reports/7')).toEqual([200, '/reports/7']);
  });

  test('parameters are decoded for the backend: which is why the firewall is there', async () => {
    expect(await call(withoutFirewall, '/apis/credit-reports/reports/%61dmin')).toEqual([
      200,
      '/reports/admin',
    ]);
    expect(await call(withoutFirewall, '/apis/credit-reports/people/..%2Freports%2Fadmin')).toEqual([
      200,
      '/reports/admin',
    ]);
    expect(await call(withoutFirewall, '/apis/credit-reports/people/7%3Fadmin=true')).toEqual([
      200,
      '/people/7?admin=true',
    ]);
  });
});

describe("the firewall's rules", () => {
  const blocks = createFirewall(rules);

  test("know the paths of the API's own address, which begin with the stage", () => {
    expect(blocks('/dev/apis/credit-reports/reports/7')).toBeUndefined();
    expect(blocks('/dev/apis/credit-reports/reports/admin')).toBeUndefined();
    expect(blocks('/dev/apis/credit-reports/reports/Ad_min')).toBe('paths');
    expect(blocks('/dev//apis/credit-reports/reports')).toBe('paths');
  });

  test('leave a product without patterns to the plain rule', () => {
    const bare = createFirewall(firewallRules.parse([pathRule(sampleCatalogue, 's')]));
    expect([bare('/apis/credit-reports/reports/Ad_min'), bare('/apis/credit-reports/reports/%61')]).toEqual([
      undefined,
      'paths',
    ]);
  });

  test('of a kind that the twin cannot evaluate stop it', () => {
    const rule = {
      Name: 'size',
      Priority: 1,
      Action: { Block: {} },
      Statement: { SizeConstraintStatement: { Size: 1 } },
    };
    expect(() => firewallRules.parse([rule])).toThrow('the twin evaluates RegexMatchStatement of UriPath');
    expect(() =>
      firewallRules.parse([{ ...rule, Action: { Count: {} }, Statement: rules[0]?.Statement }]),
    ).toThrow();
  });
});
