import type * as z from 'zod';
import type { HttpRequest, HttpResponse } from '../http-lambda.ts';
import { bodyOf, pathOf, queryOf, seenVersions } from './request.ts';

/** The checked content of a request, as an operation receives it. */
export interface OperationCall<Principal, Query, Body> {
  /** Who calls. */
  readonly principal: Principal;
  /** Returns an id from the path by its name in the resource. */
  readonly id: (name: string) => string;
  readonly query: Query;
  readonly body: Body;
  /** Returns whether `If-Match` names this version. */
  readonly seen: (version: number) => boolean;
  /** Whether `If-Match` is a single entity tag: neither `*` nor a list of several. */
  readonly namesOneVersion: boolean;
}

interface OperationDescription {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The resource in API Gateway: `/operator/partners/{partnerId}`. */
  readonly resource: string;
  readonly operationId: string;
  readonly summary: string;
  /** Whether it changes an existing record, and so requires `If-Match`. */
  readonly changes: boolean;
  /** The status of the success response. */
  readonly status: 200 | 201;
  /** The schema of the success response. */
  readonly answer: z.ZodType;
  /** What it answers with: a record with its ETag, a page that links to the next one, or something else. */
  readonly kind: 'record' | 'page' | 'result';
}

interface OperationSchemas {
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
}

/** An operation that requires an authenticated principal. */
export interface ProtectedOperation<Dependencies, Principal, Role extends string>
  extends OperationDescription, OperationSchemas {
  readonly access: 'role';
  /** The role that the principal must have. Some states of a record may require a higher one. */
  readonly role: Role;
  readonly run: (deps: Dependencies, request: HttpRequest, principal: Principal) => Promise<HttpResponse>;
}

/** An operation that anybody may call. */
export interface PublicOperation<Dependencies> extends OperationDescription, OperationSchemas {
  readonly access: 'public';
  readonly run: (deps: Dependencies, request: HttpRequest) => Promise<HttpResponse>;
}

/** One method of one resource. It is found by its route and described in the OpenAPI document. */
export type Operation<Dependencies, Principal, Role extends string> =
  ProtectedOperation<Dependencies, Principal, Role> | PublicOperation<Dependencies>;

/** The members that have a default, and those that the schemas give a type. */
type Definition<Dependencies, Principal, Query, Body> = Omit<
  OperationDescription,
  'changes' | 'status' | 'kind'
> &
  Partial<Pick<OperationDescription, 'changes' | 'status' | 'kind'>> & {
    readonly query?: z.ZodObject & z.ZodType<Query>;
    readonly body?: z.ZodType<Body>;
    readonly run: (deps: Dependencies, call: OperationCall<Principal, Query, Body>) => Promise<HttpResponse>;
  };

/**
 * Creates an operation for principals of a role. It receives only what its schemas describe: without a
 * schema, no query and no body.
 */
export function protectedOperation<
  Dependencies,
  Principal,
  Role extends string,
  Query = undefined,
  Body = undefined,
>({
  run,
  changes = false,
  status = 200,
  kind = 'record',
  ...description
}: Definition<Dependencies, Principal, Query, Body> & { readonly role: Role }): ProtectedOperation<
  Dependencies,
  Principal,
  Role
> {
  return {
    ...description,
    changes,
    status,
    kind,
    access: 'role',
    run: (deps, request, principal) =>
      run(deps, readCall<Principal, Query, Body>({ ...description, changes }, request, principal)),
  };
}

/** Creates an operation that needs no authentication. */
export function publicOperation<Dependencies, Query = undefined, Body = undefined>({
  run,
  changes = false,
  status = 200,
  kind = 'record',
  ...description
}: Definition<Dependencies, undefined, Query, Body>): PublicOperation<Dependencies> {
  return {
    ...description,
    changes,
    status,
    kind,
    access: 'public',
    run: (deps, request) =>
      run(deps, readCall<undefined, Query, Body>({ ...description, changes }, request, undefined)),
  };
}

/**
 * Returns the checked content of a request.
 * @throws {ApiProblem} for the first of `If-Match`, query and body that is not as described
 */
function readCall<Principal, Query, Body>(
  { changes, query, body }: Pick<OperationDescription, 'changes'> & OperationSchemas,
  request: HttpRequest,
  principal: Principal,
): OperationCall<Principal, Query, Body> {
  const seen = changes ? seenVersions(request) : { includes: () => true, isOne: false };
  return {
    principal,
    id: (name) => pathOf(request, name),
    seen: seen.includes,
    namesOneVersion: seen.isOne,
    query: queryOf(request, query) as Query,
    body: (body === undefined ? undefined : bodyOf(request, body)) as Body,
  };
}
