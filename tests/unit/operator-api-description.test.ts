import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import type { KeyUpload } from '../../core/trust/key-upload.ts';
import { cacheSeconds } from '../../core/authorization/authorize.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { operatorApi } from '../../functions/operator-api/api.ts';
import { operations } from '../../functions/operator-api/operations.ts';
import { operationAt } from '../../middleware/http-api/api.ts';
import { openApiOf } from '../../middleware/http-api/openapi.ts';
import { readFunctionFile } from '../../resources/function-file.ts';

const document = openApiOf(operatorApi, 'https://api.example');
const { paths, components } = z
  .object({
    paths: z.record(
      z.string(),
      z.record(
        z.string(),
        z.looseObject({
          operationId: z.string(),
          parameters: z.array(z.looseObject({ name: z.string() })).default([]),
          responses: z.record(z.string(), z.unknown()),
        }),
      ),
    ),
    components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
  })
  .parse(document);
const described = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    route: `${method.toUpperCase()} ${path}`,
    ...operation,
  })),
);

describe('the operator API', () => {
  test('has the same routes in its function.yml, among its operations, and in its description', () => {
    const events = z
      .array(z.object({ http: z.object({ method: z.literal('any'), path: z.string() }) }))
      .parse(readFunctionFile('operator-api').settings.events);
    const paths = events.map(({ http: { path } }) => `/${path}`).toSorted();
    const routes = [
      ...operations.map(({ method, resource }) => `${method} ${resource}`),
      'GET /operator/openapi.json',
    ].toSorted();
    expect(described.map(({ route }) => route).toSorted()).toEqual(routes);
    expect([...new Set(routes.map((route) => route.split(' ')[1]))].toSorted()).toEqual(paths);
    for (const operation of operations) {
      expect(operationAt(operations, operation.method, operation.resource)).toBe(operation);
    }
  });

  test('is described in valid OpenAPI 3.1', async () => {
    expect(await new Validator().validate({ ...structuredClone(document) })).toEqual({ valid: true });
    expect(z.looseObject({ openapi: z.string() }).parse(document).openapi).toBe('3.1.1');
  });

  test('names each operation once, and refers only to schemas that are there, each of which is used', () => {
    expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(described.length);
    const text = JSON.stringify(document);
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/gu)].map(([, name]) => name));
    expect([...used].toSorted()).toEqual(Object.keys(components.schemas).toSorted());
  });

  test('demands If-Match of every change, and says so', () => {
    for (const { route, parameters, responses } of described) {
      const changes = operationAt(operations, ...(route.split(' ') as [string, string]))?.changes ?? false;
      expect([
        route,
        parameters.some(({ name }) => name === 'If-Match'),
        '412' in responses,
        '428' in responses,
      ]).toEqual([route, changes, changes, changes]);
    }
    const unconditional = operations
      .filter(({ method, changes }) => method !== 'GET' && !changes)
      .map(({ operationId }) => operationId);
    expect(unconditional).toEqual([
      'draftPartner',
      'draftContract',
      'draftIssuer',
      'checkSample',
      'draftApplication',
      'draftIdentityProvider',
      'explain',
    ]);
  });

  test('demands a reason of every change', () => {
    for (const { operationId, body, query, method } of operations.filter(
      ({ method, operationId }) => method !== 'GET' && !['checkSample', 'explain'].includes(operationId),
    )) {
      const members =
        method === 'DELETE'
          ? query?.shape
          : z.object({ shape: z.record(z.string(), z.unknown()) }).parse(body).shape;
      expect(Object.keys(members ?? {}), operationId).toContain('why');
    }
  });

  test('lets a viewer look and nothing else', () => {
    expect(
      new Set(
        operations
          .filter(({ role, operationId }) => role === 'viewer' && operationId !== 'explain')
          .map(({ method }) => method),
      ),
    ).toEqual(new Set(['GET']));
    expect(operations.filter(({ method, role }) => method === 'GET' && role !== 'viewer')).toEqual([]);
  });

  test('JWT-1 shows how each kind of upload is sent, by an example that is accepted', async () => {
    const uploads = new Map(
      Object.entries(components.schemas).flatMap(([name, schema]) =>
        name.endsWith('Upload')
          ? [[name, z.looseObject({ examples: z.array(z.unknown()) }).parse(schema).examples] as const]
          : [],
      ),
    );
    expect([...uploads.keys()].toSorted()).toEqual([
      'JwksUpload',
      'JwksUrlUpload',
      'PemUpload',
      'Pkcs12Upload',
    ]);
    const all = z
      .object({ shape: z.object({ upload: z.custom<z.ZodType>(() => true) }) })
      .parse(operationAt(operations, 'POST', '/operator/issuers/{issuerId}/keys')?.body).shape.upload;
    const readKeys = createKeyReader({
      clock: { now: () => new Date('2026-11-20T10:00:00Z') },
      readJson: () => Promise.reject(new Error('nothing is fetched')),
    });
    for (const [name, examples] of uploads) {
      for (const example of examples) {
        expect(all.safeParse(example), name).toEqual({ success: true, data: example });
      }
    }
    for (const name of ['PemUpload', 'JwksUpload']) {
      const [example] = uploads.get(name) ?? [];
      expect((await readKeys(example as KeyUpload)).keys, name).toMatchObject([
        { kid: 'acme-1', algorithm: 'ES256' },
      ]);
    }
  });

  test('JWT-2 lets the longest life of tokens be left out, and always shows it', () => {
    const requiredBy = (name: string) =>
      z.looseObject({ required: z.array(z.string()) }).parse(components.schemas[name]).required;
    for (const name of ['IssuerDraft', 'IssuerChange']) expect(requiredBy(name)).not.toContain('longestLife');
    expect(requiredBy('Issuer')).toContain('longestLife');
  });

  test('X-8 names the bounds that hold', () => {
    expect(JSON.stringify(document)).toContain(
      `${recordCacheSeconds + 2} if the cache is flushed, else ${recordCacheSeconds + cacheSeconds}.`,
    );
  });

  test('shows no API key', () => {
    expect(JSON.stringify(document)).not.toContain('apiKey');
  });
});
