import * as z from 'zod';
import type { Operation } from './operation.ts';
import { named, problem } from './schemas.ts';

/** A schema where it is used: by its name, if it has one. */
function schemaOf(schema: z.ZodType): object {
  const id = named.get(schema)?.id;
  return id === undefined ? withoutName(z.toJSONSchema(schema)) : { $ref: `#/components/schemas/${id}` };
}

/** Where it stands says what it is called, and the document which dialect it is in. */
const withoutName = (schema: object): object =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'));

const problemContent = { 'application/problem+json': { schema: schemaOf(problem) } };
const why: Readonly<Record<number, string>> = {
  400: 'The body is no JSON object, or the query has what it must not have',
  401: 'No token, or none that is believed',
  403: 'It takes another role, or another approver',
  404: 'Nothing has this id',
  409: 'It is in another state, or is there already',
  412: 'The record has changed since it was read',
  413: 'The body is larger than 64 KB',
  415: 'The body is no application/json',
  422: 'The body breaks rules: every fault is listed',
  428: 'If-Match is missing',
};
const etag = { description: "The record's version, for If-Match.", schema: { type: 'string' } };

/** Why an operation may refuse. */
function refusalsOf({ body, changes, status, resource }: Operation): readonly number[] {
  return [
    400,
    401,
    403,
    ...(resource.includes('{') ? [404] : []),
    ...(changes || status === 201 ? [409] : []),
    ...(changes ? [412, 428] : []),
    ...(body === undefined ? [] : [413, 415, 422]),
  ];
}

function described(operation: Operation): object {
  const { resource, operationId, summary, role, changes, method, query, body, answer, status } = operation;
  const inPath = [...resource.matchAll(/\{(\w+)\}/gu)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const { properties = {}, required = [] } = query === undefined ? {} : z.toJSONSchema(query);
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  const ifMatch = changes
    ? [
        {
          name: 'If-Match',
          in: 'header',
          required: true,
          description: 'The ETag of the record as you know it.',
          schema: { type: 'string' },
        },
      ]
    : [];
  const paged = method === 'GET' && !resource.includes('{');
  const headers = {
    ...(paged
      ? { Link: { description: 'rel="next": the next page.', schema: { type: 'string' } } }
      : ['checkSample', 'explain'].includes(operationId)
        ? {}
        : { ETag: etag }),
    ...(status === 201 && { Location: { schema: { type: 'string' } } }),
  };
  return {
    operationId,
    summary,
    tags: [resource.split('/')[2]],
    description: `Takes the role ${role}.`,
    ...(inPath.length + inQuery.length + ifMatch.length > 0 && {
      parameters: [...inPath, ...inQuery, ...ifMatch],
    }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: {
      [status]: {
        description: status === 201 ? 'Made' : 'Done',
        headers,
        content: { 'application/json': { schema: schemaOf(answer) } },
      },
      ...Object.fromEntries(
        refusalsOf(operation).map((refusal) => [
          refusal,
          { description: why[refusal], content: problemContent },
        ]),
      ),
      '5XX': { description: 'Not done, or not known to be: read it again', content: problemContent },
    },
  };
}

/** The OpenAPI 3.1 description of the operations (https://spec.openapis.org/oas/v3.1.1.html). */
export function openApiOf(operations: readonly Operation[], publicUrl: string): object {
  const { schemas } = z.toJSONSchema(named, { uri: (id) => `#/components/schemas/${id}` });
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    (paths[operation.resource] ??= {})[operation.method.toLowerCase()] = described(operation);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sallyport operator API',
      version: '1',
      description:
        'Partners, contracts, clients and issuers, with their lifecycle. A change needs If-Match, and says why. Times are UTC.',
    },
    servers: [{ url: publicUrl }],
    security: [{ operator: [] }],
    paths: {
      ...paths,
      '/operator/openapi.json': {
        get: {
          operationId: 'readOpenApi',
          summary: 'This document. Needs no token.',
          security: [],
          responses: {
            200: { description: 'Done', content: { 'application/json': { schema: { type: 'object' } } } },
          },
        },
      },
    },
    components: {
      securitySchemes: {
        operator: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            "An access token of the operators' user pool; its groups are the roles viewer, operator and approver.",
        },
      },
      schemas: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutName(schema)])),
    },
  };
}
