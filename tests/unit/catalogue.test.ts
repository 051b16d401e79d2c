import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { CatalogueInvalid, parseCatalogue } from '../../core/catalogue/catalogue.ts';
import { catalogueFaults } from '../../resources/catalogue-faults.ts';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';
import { editedCatalogue } from '../catalogue/edited-catalogue.ts';
import { shippedCatalogue } from '../support/shipped-catalogue.ts';

const shipped = (): unknown => parse(readFileSync(new URL('../../catalogue.yml', import.meta.url), 'utf8'));

/** A small valid document; each test changes what it is about. */
const sound = () => ({
  regions: { US: { assignmentGroup: 'EITS IAM SSO Requests' } },
  brands: {
    acme: {
      name: 'Acme',
      from: 'access@acme.example',
      accent: '#1f5fbf',
      support: 'Write to help@acme.example.',
    },
  },
  ratePlans: { standard: { rate: 0.5, burst: 20, quota: { limit: 1000, period: 'DAY' } } },
  products: {
    reports: {
      name: 'Reports',
      brand: 'acme',
      group: 'B2B Reports',
      upstreams: {
        DEV: 'https://dev.acme.example/v1',
        UAT: 'https://uat.acme.example',
        PROD: 'https://acme.example',
      },
      privateRanges: true,
      thirdPartyTokens: false,
      parameters: {},
      scopes: { 'reports/read': 'Read', 'reports/write': 'Write' },
      routes: [{ method: 'GET', path: '/reports/{id}', scope: 'reports/read' }],
      defaultTerms: { scopes: ['reports/read'], ratePlan: 'standard' },
    },
  },
});

function faultsOf(document: unknown): readonly string[] {
  try {
    parseCatalogue(document);
    return [];
  } catch (error) {
    if (!(error instanceof CatalogueInvalid)) throw error;
    return error.faults.map(({ path, allowed }) => `${path} ${allowed}`);
  }
}

describe('X-13 the errors of a file', () => {
  const file = (change: (text: string) => string): readonly string[] =>
    catalogueFaults(change(stringify(sound())));
  const lineOf = (key: string): number =>
    stringify(sound())
      .split('\n')
      .findIndex((line) => line.trim().startsWith(`${key}:`)) + 1;

  test('are at the line of an unknown key, and at the parent of a missing one', () => {
    expect(file((text) => text)).toEqual([]);
    expect(file((text) => text.replace('accent:', 'acent:'))).toEqual([
      `${lineOf('acme')}:3: /brands/acme/accent: The key accent is missing. Allowed: A colour: #1f5fbf.`,
      `${lineOf('accent')}:5: /brands/acme/acent: There is no key acent. Allowed: The keys here are: name, from, accent, support. Did you mean accent?`,
    ]);
  });

  test('have the value that is there', () => {
    expect(file((text) => text.replace('burst: 20', 'burst: none'))).toEqual([
      `${lineOf('burst')}:5: /ratePlans/standard/burst: It is "none". Allowed: A whole number from 1 to 2147483647.`,
    ]);
  });

  test('are in the message of whoever reads the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-catalogue-'));
    const path = join(folder, 'catalogue.yml');
    try {
      writeFileSync(path, stringify({ ...sound(), regions: {} }));
      expect(() => readCatalogueSource(path)).toThrow(
        `${path} is not a valid catalogue. Correct it, then check it with npm run catalogue:\n  ${path}:1:1: /regions: It is a mapping. Allowed: At least one entry.`,
      );
      expect(() => readCatalogueSource(join(folder, 'none.yml'))).toThrow('none.yml cannot be read: ');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the catalogue as shipped', () => {
  test('is valid', () => {
    expect(faultsOf(shipped())).toEqual([]);
  });

  test('is valid as operators may edit it, in which form npm run test:catalogue uses it', () => {
    const edited = editedCatalogue(shippedCatalogue);
    expect(faultsOf(edited)).toEqual([]);
    expect(parseCatalogue(edited)).not.toMatchObject(shippedCatalogue);
  });
});

describe('parseCatalogue', () => {
  test('WF-2 the assignment group follows the region', () => {
    const regions = {
      US: { assignmentGroup: 'EITS IAM SSO Requests' },
      UK: { assignmentGroup: 'EITS IAM EWACS Requests' },
    };
    expect(parseCatalogue({ ...sound(), regions }).regions).toEqual(regions);
  });

  test('WF-6 gives the document back, with each product knowing its id', () => {
    const document = sound();
    const { reports } = document.products;
    const signals = {
      ...reports,
      name: 'Signals',
      thirdPartyTokens: true,
      scopes: { 'signals/read': 'Read' },
      routes: [
        { method: 'GET', path: '/signals', scope: 'signals/read' },
        { method: 'POST', path: '/signals', scope: 'signals/read' },
      ],
      defaultTerms: { scopes: ['signals/read'], ratePlan: 'premium' },
    };
    const premium = { rate: 100, burst: 200, quota: { limit: 5_000_000, period: 'MONTH' } };
    const whole = {
      ...document,
      ratePlans: { ...document.ratePlans, premium },
      products: { reports, signals },
    };
    expect(parseCatalogue(whole)).toEqual({
      ...whole,
      products: { reports: { id: 'reports', ...reports }, signals: { id: 'signals', ...signals } },
    });
  });

  test('names every fault at once, references included', () => {
    const {
      regions,
      brands,
      ratePlans,
      products: { reports },
    } = sound();
    expect(
      faultsOf({
        regions,
        brands: { acme: { ...brands.acme, accent: 'blue' } },
        ratePlans: { standard: { ...ratePlans.standard, burst: 0 } },
        products: {
          reports: {
            ...reports,
            brand: 'other',
            colour: 'red',
            routes: [{ method: 'FETCH', path: '/reports', scope: 'reports/delete' }],
            defaultTerms: { scopes: ['reports/all'], ratePlan: 'gold' },
          },
          Reports: reports,
        },
      }),
    ).toEqual([
      '/brands/acme/accent A colour: #1f5fbf.',
      '/ratePlans/standard/burst A whole number from 1 to 2147483647.',
      '/products/Reports Lower-case words joined by hyphens: credit-reports.',
      '/products/reports/brand One of the brands: acme.',
      '/products/reports/routes/0/method One of: GET, POST, PUT, PATCH, DELETE.',
      '/products/reports/routes/0/scope One of the scopes: reports/read, reports/write.',
      '/products/reports/defaultTerms/scopes/0 One of the scopes: reports/read, reports/write.',
      '/products/reports/defaultTerms/ratePlan One of the rate plans: standard.',
      '/products/reports/colour The keys here are: name, brand, group, upstreams, privateRanges, thirdPartyTokens, scopes, parameters, routes, openapi, defaultTerms.',
      '/products/Reports/scopes/reports~1read Reports/ and a name of lower-case letters, digits, dot, colon, hyphen and underscore, 40 at most.',
      '/products/Reports/scopes/reports~1write Reports/ and a name of lower-case letters, digits, dot, colon, hyphen and underscore, 40 at most.',
    ]);
  });

  test('names an unknown key, the allowed ones and the nearest, wherever it is', () => {
    const document = sound();
    const { reports } = document.products;
    const keys = (names: string, nearest = '') =>
      `The keys here are: ${names}.${nearest === '' ? '' : ` Did you mean ${nearest}?`}`;
    expect(
      faultsOf({
        ...document,
        product: {},
        brands: { acme: { ...document.brands.acme, acent: '#1f5fbf', Name: 'Acme' } },
        ratePlans: { standard: { ...document.ratePlans.standard, quota: { limit: 1, periode: 'DAY' } } },
        products: { reports: { ...reports, routes: [{ ...reports.routes[0], scopes: 'reports/read' }] } },
      }),
    ).toEqual([
      `/brands/acme/acent ${keys('name, from, accent, support', 'accent')}`,
      `/brands/acme/Name ${keys('name, from, accent, support', 'name')}`,
      '/ratePlans/standard/quota/period One of: DAY, WEEK, MONTH.',
      `/ratePlans/standard/quota/periode ${keys('limit, period', 'period')}`,
      `/product ${keys('regions, prerequisite, brands, ratePlans, products', 'products')}`,
      `/products/reports/routes/0/scopes ${keys('method, path, scope', 'scope')}`,
    ]);
  });

  test('says in words what is allowed where something is missing or of another type', () => {
    const { accent: _, ...acme } = sound().brands.acme;
    const { scopes: _scopes, ...reports } = sound().products.reports;
    expect(
      faultsOf({
        ...sound(),
        regions: undefined,
        brands: { acme },
        ratePlans: { standard: { rate: '1', burst: 1.5, quota: [] } },
        products: { reports: { ...reports, brand: 7, privateRanges: 'yes', routes: [] } },
      }),
    ).toEqual([
      '/regions A mapping of names to values.',
      '/brands/acme/accent A colour: #1f5fbf.',
      '/ratePlans/standard/rate A number greater than 0.',
      '/ratePlans/standard/burst A whole number from 1 to 2147483647.',
      '/ratePlans/standard/quota A mapping of keys to values.',
      '/products/reports/brand One of the brands: acme.',
      '/products/reports/privateRanges true or false.',
      '/products/reports/scopes A mapping of names to values.',
      '/products/reports/routes At least 1 in the list.',
      '/products/reports/defaultTerms/scopes/0 There is no scope to name here.',
    ]);
  });

  test.each([undefined, null, 'text', [], {}, { products: 7 }])(
    '%j is no catalogue, and that is no crash',
    (document) => {
      expect(faultsOf(document).length).toBeGreaterThan(0);
    },
  );

  const withProduct = (changes: object) => ({
    ...sound(),
    products: { reports: { ...sound().products.reports, ...changes } },
  });

  test.each([
    'http://acme.example',
    'https://acme.example/',
    'https://acme.example/v1/',
    'https://user@acme.example',
    'https://acme.example?x',
    'https://acme.example#x',
    'https://192.0.2.1',
    'https://localhost',
    'https://[2001:db8::1]',
    'acme.example',
    'https://ACME.example',
    '',
  ])('refuses the upstream %j', (DEV) => {
    expect(faultsOf(withProduct({ upstreams: { ...sound().products.reports.upstreams, DEV } }))).toEqual([
      '/products/reports/upstreams/DEV An https address of a host by name, without user, query, fragment and final slash: https://reports.example/v1.',
    ]);
  });

  const syntax =
    'Segments of letters, digits, dot, hyphen and underscore, or one parameter each: /reports/{id}.';
  test.each([
    ['reports', syntax],
    ['/', syntax],
    ['/reports/', syntax],
    ['//reports', syntax],
    ['/reports/{id}.json', syntax],
    ['/reports/{proxy+}', syntax],
    ['/reports/*', syntax],
    ['/réports', syntax],
    ['/reports?x', syntax],
    ['/a b', syntax],
    ['/reports/..', 'No segment may be . or ..'],
    ['/./reports', 'No segment may be . or ..'],
    ['/a/{id}/b/{id}', 'Each parameter at most once.'],
    [`/${'a'.repeat(200)}`, 'At most 200 characters.'],
  ])('refuses the path %s', (path, allowed) => {
    expect(faultsOf(withProduct({ routes: [{ method: 'GET', path, scope: 'reports/read' }] }))).toEqual([
      `/products/reports/routes/0/path ${allowed}`,
    ]);
  });

  test('refuses a route that is there already, by whatever parameter name', () => {
    const route = { method: 'GET', path: '/reports/{id}', scope: 'reports/read' };
    expect(faultsOf(withProduct({ routes: [route, route] }))).toEqual([
      '/products/reports/routes/1 A route of its own: GET /reports/{id} is there already.',
    ]);
    expect(
      faultsOf(
        withProduct({ routes: [route, { ...route, method: 'PUT', path: '/reports/{number}/pages' }] }),
      ),
    ).toEqual([
      '/products/reports/routes/1 The same parameter name as GET /reports/{id} in the same place: API Gateway knows one.',
    ]);
  });

  test('WF-10 knows the pattern of a parameter, and refuses what the firewall could not check', () => {
    const parametersOf = (parameters: object) => withProduct({ parameters });
    expect(
      parseCatalogue(parametersOf({ id: '[0-9]{1,12}|latest' })).products['reports']?.parameters,
    ).toEqual({ id: '[0-9]{1,12}|latest' });
    const allowed =
      'A regular expression of letters, digits and []{},._|?*+:@-, 60 characters at most: [0-9]{1,12}.';
    for (const pattern of ['a/b', '^a$', '(a)', '\\d+', '[^/]', '', 'a'.repeat(61)]) {
      expect(faultsOf(parametersOf({ id: pattern })), pattern).toContain(
        `/products/reports/parameters/id ${allowed}`,
      );
    }
    expect(faultsOf(parametersOf({ id: '[a' }))).toEqual([
      '/products/reports/parameters/id A regular expression.',
    ]);
    expect(faultsOf(parametersOf({ number: '[0-9]+' }))).toEqual([
      '/products/reports/parameters/number A parameter of a route.',
    ]);
  });

  test('WF-6 refuses routes that no policy can tell apart', () => {
    expect(
      faultsOf(
        withProduct({
          routes: [
            { method: 'GET', path: '/reports/{id}/pages', scope: 'reports/read' },
            { method: 'GET', path: '/reports/latest/{part}', scope: 'reports/write' },
          ],
        }),
      ),
    ).toEqual([
      '/products/reports/routes/1 A path or scope with which a policy can tell these routes apart: GET /reports/{id}/pages, GET /reports/latest/{part}. ' +
        'A parameter also matches slashes. Give them one scope, or paths that do not meet.',
    ]);
  });

  test('holds names to the limits of Cognito', () => {
    expect(
      faultsOf(
        withProduct({
          name: 'Credit & Risk',
          defaultTerms: { scopes: ['reports/read', 'reports/read'], ratePlan: 'standard' },
        }),
      ),
    ).toEqual([
      '/products/reports/name Up to 100 letters without accents, digits, spaces and + = , . @ - _ (the name of a resource server).',
      '/products/reports/defaultTerms/scopes Each scope once.',
    ]);
    const many = Object.fromEntries(
      Array.from({ length: 51 }, (_, index) => [`reports/s${index}`, 'One of many']),
    );
    expect(faultsOf(withProduct({ scopes: { ...sound().products.reports.scopes, ...many } }))).toEqual([
      '/products/reports/scopes At most 50 scopes: a client takes no more.',
    ]);
  });

  test('says all of it in its message, for the operator who reads a log', () => {
    expect(() => parseCatalogue({ ...sound(), regions: {} })).toThrow(
      'The catalogue is not valid.\n  /regions: At least one entry.',
    );
  });
});
