import * as z from 'zod';
import type { Operation } from './operation.ts';
import { named, problem } from './schemas.ts';

/** Returns the JSON Schema of a schema, or a reference if the schema has a name. */
function schemaOf(schema: z.ZodType): object {
  const id = named.get(schema)?.id;
  return id === undefined ? withoutName(z.toJSONSchema(schema)) : { $ref: `#/components/schemas/${id}` };
}

/**
 * Removes the members that components do not need. Their key gives the name, and the document gives the
 * dialect.
 */
const withoutName = (schema: object): object =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'));

const problemContent = { 'application/problem+json': { schema: schemaOf(problem) } };
/** Why an operation refuses, by status. */
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

/** Returns the HTTP statuses with which an operation may refuse. */
function refusalsOf({ body, changes, status, resource }: Operation): readonly number[] {
  const refusals = [400, 401, 403];
  if (resource.includes('{')) refusals.push(404);
  if (changes || status === 201) refusals.push(409);
  if (changes) refusals.push(412, 428);
  if (body !== undefined) refusals.push(413, 415, 422);
  return refusals;
}

const ifMatchParameter = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The ETag of the record as you know it.',
  schema: { type: 'string' },
};

/** Returns the parameters of an operation: those of the path, of the query, and If-Match. */
function parametersOf({ resource, query, changes }: Operation): readonly object[] {
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
  return [...inPath, ...inQuery, ...(changes ? [ifMatchParameter] : [])];
}

/** Returns the headers of the success response. Lists link to the next page; records have an ETag. */
function responseHeadersOf({ method, resource, operationId, status }: Operation): object {
  const isList = method === 'GET' && !resource.includes('{');
  if (isList) {
    return { Link: { description: 'rel="next": the next page.', schema: { type: 'string' } } };
  }
  const isRecord = !['checkSample', 'explain'].includes(operationId);
  return {
    ...(isRecord && { ETag: etag }),
    ...(status === 201 && { Location: { schema: { type: 'string' } } }),
  };
}

/** Returns the Operation Object of an operation. */
function describe(operation: Operation): object {
  const { resource, operationId, summary, role, body, answer, status } = operation;
  const parameters = parametersOf(operation);
  const refusals = refusalsOf(operation).map(
    (refusal) => [refusal, { description: why[refusal], content: problemContent }] as const,
  );
  return {
    operationId,
    summary,
    tags: [resource.split('/')[2]],
    description: `Takes the role ${role}.`,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: {
      [status]: {
        description: status === 201 ? 'Made' : 'Done',
        headers: responseHeadersOf(operation),
        content: { 'application/json': { schema: schemaOf(answer) } },
      },
      ...Object.fromEntries(refusals),
      '5XX': { description: 'Not done, or not known to be: read it again', content: problemContent },
    },
  };
}

/** Returns the OpenAPI 3.1 description of the operations (https://spec.openapis.org/oas/v3.1.1.html). */
export function openApiOf(operations: readonly Operation[], publicUrl: string): object {
  const { schemas } = z.toJSONSchema(named, { uri: (id) => `#/components/schemas/${id}` });
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    (paths[operation.resource] ??= {})[operation.method.toLowerCase()] = describe(operation);
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
