import { Validator } from '@seriousme/openapi-schema-validator';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { type Catalogue, parseCatalogue, type Product } from '../../core/catalogue/catalogue.ts';
import { callErrors } from '../../core/documentation/call-errors.ts';
import { limitsInWords, limitsOf } from '../../core/documentation/limits.ts';
import { productOpenApi } from '../../core/documentation/openapi.ts';
import { tokenErrors } from '../../core/documentation/token-errors.ts';
import {
  openApiResponse,
  productResponse,
  productsResponse,
} from '../../functions/discovery/documentation.ts';
import { readCatalogueSource } from '../../resources/catalogue-source.ts';
import { deployment } from '../support/deployed.ts';
import { catalogue } from '../support/fakes/samples.ts';
import { shippedCatalogue } from '../support/shipped-catalogue.ts';

const publicUrl = 'https://api.example';
const documentationOf = (its: Catalogue = catalogue) =>
  ({ catalogue: its, environment: 'DEV', publicUrl }) as const;
const sample = catalogue.products['credit-reports'];
if (sample === undefined) throw new Error('the sample catalogue has no credit-reports');
const product: Product = { ...sample, parameters: { id: '[0-9]{1,12}' } };
const described = (changed: Partial<Product> = {}) =>
  productOpenApi(documentationOf(), { ...product, ...changed });
/** Returns the product as it stands in the catalogue, under its id. */
const withoutId = (whole: object): object =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => name !== 'id'));
const operation = z.looseObject({});
const operationsOf = (document: object) =>
  z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(document).paths;

/** A product's own document, with a parameter of its components and a path that is no route. */
const own = {
  openapi: '3.1.0',
  info: { title: 'Reports', version: '2.4.0', description: 'What we know of companies.' },
  servers: [{ url: 'https://internal.example' }],
  paths: {
    '/reports/{id}': {
      parameters: [{ $ref: '#/components/parameters/Id' }],
      get: {
        operationId: 'readReport',
        summary: 'Read a report',
        security: [{ internal: [] }],
        responses: {
          200: {
            description: 'The report',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Report' } } },
          },
          403: { description: 'Never told' },
        },
      },
    },
    '/admin': { delete: { responses: { 204: { description: 'Gone' } } } },
  },
  components: {
    parameters: { Id: { name: 'id', in: 'path', required: true, schema: { type: 'integer' } } },
    schemas: { Report: { type: 'object', properties: { score: { type: 'integer' } } } },
    securitySchemes: { internal: { type: 'http', scheme: 'basic' } },
  },
};

describe('the OpenAPI description of a product', () => {
  test.each([
    ['from the catalogue', {}],
    ['with a document of its own', { openapi: own }],
  ])('is valid OpenAPI 3.1 %s', async (_, changed) => {
    expect(await new Validator().validate({ ...described(changed) })).toEqual({ valid: true });
  });

  test.each(Object.values(shippedCatalogue.products))('is valid for $id as shipped', async (shipped) => {
    const document = productOpenApi(documentationOf(shippedCatalogue), shipped);
    expect(await new Validator().validate({ ...document })).toEqual({ valid: true });
    expect(
      Object.entries(operationsOf(document))
        .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
        .toSorted(),
    ).toEqual(shipped.routes.map(({ method, path }) => `${method} ${path}`).toSorted());
  });

  test('has the address, the token endpoint, and each route with its scope and its errors', () => {
    const document = described();
    expect(document).toMatchObject({
      openapi: '3.1.1',
      info: { title: 'Credit Reports', version: '1' },
      servers: [{ url: 'https://api.example/apis/credit-reports', description: 'DEV' }],
      externalDocs: { url: 'https://api.example/docs/credit-reports' },
      components: {
        securitySchemes: {
          oauth2: {
            type: 'oauth2',
            flows: {
              clientCredentials: { tokenUrl: 'https://api.example/oauth2/token', scopes: product.scopes },
            },
          },
        },
      },
    });
    const paths = operationsOf(document);
    expect(paths['/reports/{id}']?.['get']).toMatchObject({
      operationId: 'getReportsById',
      summary: 'Read',
      security: [{ oauth2: ['credit-reports/read'] }],
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^(?:[0-9]{1,12})$' } },
      ],
    });
    expect(paths['/reports']?.['post']).toMatchObject({
      operationId: 'postReports',
      requestBody: { content: { 'application/json': {} } },
      security: [{ oauth2: ['credit-reports/write'] }],
    });
    const { responses } = z
      .object({ responses: z.record(z.string(), z.object({ description: z.string() })) })
      .parse(paths['/reports']?.['post']);
    for (const { status, code, whatToDo } of callErrors) {
      expect(responses[status]?.description).toContain(`\`${code}\``);
      expect(responses[status]?.description).toContain(whatToDo);
    }
    expect(
      z.object({ info: z.object({ description: z.string() }) }).parse(document).info.description,
    ).toContain('A client may make 10 calls a second on average, 20 at once and 1,000 in a month');
  });

  test("takes from the product's own document what is asked and answered, and nothing that Sallyport decides", () => {
    const document = described({ openapi: own });
    expect(document).toMatchObject({
      info: { title: 'Reports', version: '2.4.0' },
      servers: [{ url: 'https://api.example/apis/credit-reports' }],
      components: { schemas: { Report: { type: 'object' } } },
    });
    const paths = operationsOf(document);
    expect(Object.keys(paths).toSorted()).toEqual(['/reports', '/reports/{id}']);
    expect(paths['/reports/{id}']?.['parameters']).toEqual([{ $ref: '#/components/parameters/Id' }]);
    const read = operation.parse(paths['/reports/{id}']?.['get']);
    expect(read).toMatchObject({
      operationId: 'readReport',
      summary: 'Read a report',
      security: [{ oauth2: ['credit-reports/read'] }],
      responses: { 200: { description: 'The report' } },
    });
    expect(read['parameters']).toBeUndefined();
    expect(JSON.stringify(document)).not.toMatch(/Never told|internal|admin/u);
  });
});

describe('the documented errors', () => {
  test('are all codes of the gateway, and the authorizer has a code for each denial', () => {
    const codes = Object.values(deployment.api.responses).flatMap(({ template = '{}', status }) => {
      const { code } = z.object({ code: z.string() }).parse(JSON.parse(template));
      return status === undefined || code.startsWith('$') ? [] : [`${status} ${code}`];
    });
    const documented = callErrors.map(({ status, code }) => `${status} ${code}`);
    expect(documented).toEqual(expect.arrayContaining([...new Set(codes)]));
    expect(new Set(documented).size).toBe(documented.length);
  });

  test('have anchors of their own on the page, calls and token endpoint together', () => {
    const { body } = productResponse(documentationOf(), 'credit-reports');
    const anchors = [...body.matchAll(/<div id="([a-z_]+)"/gu)].map(([, id]) => id);
    expect(anchors).toEqual([...callErrors, ...tokenErrors].map(({ code }) => code));
    expect(new Set(anchors).size).toBe(anchors.length);
  });
});

describe('the pages for developers', () => {
  test('list every product, also where a product is not there', () => {
    const list = productsResponse(documentationOf());
    const unknown = productResponse(documentationOf(), 'toString');
    expect([list.status, unknown.status]).toEqual([200, 404]);
    for (const { body } of [list, unknown]) {
      expect(body).toContain('<a href="https://api.example/docs/credit-reports">Credit Reports</a>');
    }
  });

  test('say where to call, with which scopes and limits, and whom to ask', () => {
    const { body, headers, status } = productResponse(documentationOf(), 'credit-reports');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    });
    for (const part of [
      'Northwind Data',
      'https://api.example/apis/credit-reports/openapi.json',
      'https://api.example/oauth2/token',
      'GET /reports/{id}',
      'with the scope <code>credit-reports/write</code>',
      ...limitsInWords(limitsOf(catalogue, 'credit-reports')).map((limit) =>
        limit.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
      ),
      '<a href="mailto:help@northwind.example">',
    ]) {
      expect(body).toContain(part);
    }
  });

  test('the description is JSON that tools of other sites may read, and unknown products have none', () => {
    const answer = openApiResponse(documentationOf(), '/apis/credit-reports/openapi.json');
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'public, max-age=300',
        'access-control-allow-origin': '*',
      },
    });
    expect(openApiResponse(documentationOf(), '/apis/constructor/openapi.json').status).toBe(404);
  });
});

describe("a product's own document in catalogue.yml", () => {
  const inFolder = (document: string | undefined, file = 'openapi/reports.yml') => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-openapi-'));
    try {
      mkdirSync(join(folder, 'openapi'));
      if (document !== undefined) writeFileSync(join(folder, 'openapi/reports.yml'), document);
      const { 'credit-reports': reports, ...others } = shippedCatalogue.products;
      const withFile = Object.fromEntries(
        Object.entries({ ...others, 'credit-reports': { ...reports, openapi: file } }).map(
          ([key, product]) => [key, withoutId(product)],
        ),
      );
      const path = join(folder, 'catalogue.yml');
      writeFileSync(path, stringify({ ...shippedCatalogue, products: withFile }));
      return readCatalogueSource(path);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test('is read with the catalogue, and functions have its content', () => {
    const { catalogue: read, json } = inFolder(stringify(own));
    expect(read.products['credit-reports']?.openapi).toEqual(own);
    expect(parseCatalogue(JSON.parse(json)).products['credit-reports']?.openapi).toEqual(own);
  });

  test.each([undefined, 'swagger: "2.0"', '- a', ': {', 'openapi: 3.0.3'])('is refused as %s', (document) => {
    expect(() => inFolder(document)).toThrow(
      '/products/credit-reports/openapi: openapi/reports.yml is no document of OpenAPI 3.1 that can be read.',
    );
  });

  test.each(['../secret.yml', '/etc/passwd', 'openapi/../x.yml', 'openapi/x.txt'])(
    'is not read at %s',
    (file) => {
      expect(() => inFolder('', file)).toThrow('Allowed: A JSON or YAML file in the folder openapi');
    },
  );

  test('cannot be a route', () => {
    const content = withoutId(product);
    const routes = [{ method: 'GET', path: '/openapi.json', scope: 'credit-reports/read' }];
    expect(() =>
      parseCatalogue({
        ...catalogue,
        products: { 'credit-reports': { ...content, parameters: {}, routes } },
      }),
    ).toThrow('Not /openapi.json, where Sallyport describes the product.');
  });
});
