import * as z from 'zod';
import type { HttpApi } from './api.ts';
import type { Operation } from './operation.ts';

type AnyOperation = Operation<never, never, string>;
/** What the description of an operation needs to know of its API. */
type DescribedApi = Pick<HttpApi<never, never, never>, 'basePath' | 'components' | 'problem'> & {
  readonly security: Pick<HttpApi<never, never, never>['security'], 'name' | 'scheme' | 'refusals'>;
};

/** Returns the JSON Schema of a schema, or a reference if the schema has a name. */
function schemaOf({ components }: Pick<DescribedApi, 'components'>, schema: z.ZodType): object {
  const id = components.registry.get(schema)?.id;
  return id === undefined ? withoutName(z.toJSONSchema(schema)) : { $ref: `#/components/schemas/${id}` };
}

/**
 * Removes the members that components do not need. Their key gives the name, and the document gives the
 * dialect.
 */
const withoutName = (schema: object): object =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'));

/** Why an operation refuses, by status. The API itself says what 401 and 403 mean. */
const refusalReasons: Readonly<Record<number, string>> = {
  400: 'The body is no JSON object, or the query has what it must not have',
  404: 'No record has this id, or the record has nothing of what is named',
  409: 'It is in another state, or is there already',
  412: 'The record has changed since it was read',
  413: 'The body is larger than 64 KB',
  415: 'The body is no application/json',
  422: 'The body breaks rules: every fault is listed',
  428: 'If-Match is missing',
};
const etag = { description: "The record's version, for If-Match.", schema: { type: 'string' } };

/** Returns the HTTP statuses with which an operation may refuse. */
function refusalsOf({ access, body, changes, status, resource }: AnyOperation): readonly number[] {
  const refusals = access === 'public' ? [400] : [400, 401, 403];
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
function parametersOf({ resource, query, changes }: AnyOperation): readonly object[] {
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

/** Returns the headers of the success response. Pages link to the next one; records have an ETag. */
function responseHeadersOf({ kind, status }: AnyOperation): object {
  if (kind === 'page') {
    return { Link: { description: 'rel="next": the next page.', schema: { type: 'string' } } };
  }
  return {
    ...(kind === 'record' && { ETag: etag }),
    ...(status === 201 && { Location: { schema: { type: 'string' } } }),
  };
}

/** Returns the Operation Object of an operation. */
function describe(api: DescribedApi, operation: AnyOperation): object {
  const { resource, operationId, summary, body, answer, status } = operation;
  const parameters = parametersOf(operation);
  const problemContent = { 'application/problem+json': { schema: schemaOf(api, api.problem) } };
  const reasons: Readonly<Record<number, string>> = { ...refusalReasons, ...api.security.refusals };
  const refusals = refusalsOf(operation).map(
    (refusal) => [refusal, { description: reasons[refusal], content: problemContent }] as const,
  );
  return {
    operationId,
    summary,
    tags: [resource.slice(api.basePath.length).split('/')[1]],
    ...(operation.access === 'public'
      ? { description: 'Needs no authentication.', security: [] }
      : { description: `Takes the role ${operation.role}.` }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(api, body) } } },
    }),
    responses: {
      [status]: {
        description: status === 201 ? 'Made' : 'Done',
        headers: responseHeadersOf(operation),
        content: { 'application/json': { schema: schemaOf(api, answer) } },
      },
      ...Object.fromEntries(refusals),
      '5XX': { description: 'Not done, or not known to be: read it again', content: problemContent },
    },
  };
}

/** Returns the OpenAPI 3.1 description of an API (https://spec.openapis.org/oas/v3.1.1.html). */
export function openApiOf<Dependencies, Principal extends { readonly subject: string }, Role extends string>(
  api: HttpApi<Dependencies, Principal, Role>,
  publicUrl: string,
): object {
  const { title, version, description, descriptionResource, operations, security, components } = api;
  const { schemas } = z.toJSONSchema(components.registry, { uri: (id) => `#/components/schemas/${id}` });
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    (paths[operation.resource] ??= {})[operation.method.toLowerCase()] = describe(api, operation);
  }
  return {
    openapi: '3.1.1',
    info: { title, version, description },
    servers: [{ url: publicUrl }],
    security: [{ [security.name]: [] }],
    paths: {
      ...paths,
      [descriptionResource]: {
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
      securitySchemes: { [security.name]: security.scheme },
      schemas: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutName(schema)])),
    },
  };
}
