import type * as z from 'zod';
import { type ChangeContext, type ChangeResult, changeStatus } from '../../core/operators/change-record.ts';
import { propagateChange } from '../../core/operators/kill-switch.ts';
import type { Operator, OperatorRole } from '../../core/operators/roles.ts';
import type { LifecycleStatus, Managed } from '../../core/lifecycle/lifecycle.ts';
import type { ManagedRecords, Page, PageRequest } from '../../core/lifecycle/managed-records.ts';
import { type HttpRequest, type HttpResponse, jsonResponse } from '../../middleware/http-lambda.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { notFound, OperatorProblem, roleNeeded } from './operator-problem.ts';
import { bodyOf, etagOf, pathOf, queryOf, seenVersions } from './request.ts';

/** The checked content of a request, as an operation receives it. */
export interface OperatorCall<Query, Body> {
  readonly operator: Operator;
  /** Returns an id from the path by its name in the resource. */
  readonly id: (name: string) => string;
  readonly query: Query;
  readonly body: Body;
  /** Returns whether `If-Match` names this version. */
  readonly seen: (version: number) => boolean;
}

interface OperationDescription {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The resource in API Gateway: `/operator/partners/{partnerId}`. */
  readonly resource: string;
  readonly operationId: string;
  readonly summary: string;
  /** The least role that the operator must have. Some states of a record require a higher one. */
  readonly role: OperatorRole;
  /** Whether it changes an existing record, and so requires `If-Match`. */
  readonly changes: boolean;
  /** The status of the success response. */
  readonly status: 200 | 201;
  /** The schema of the success response. */
  readonly answer: z.ZodType;
}

/** One method of one resource. It is found by its route and described in the OpenAPI document. */
export interface Operation extends OperationDescription {
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly run: (
    deps: OperatorApiDependencies,
    request: HttpRequest,
    operator: Operator,
  ) => Promise<HttpResponse>;
}

type Definition<Query, Body> = Omit<OperationDescription, 'changes' | 'status'> &
  Partial<Pick<OperationDescription, 'changes' | 'status'>> & {
    readonly query?: z.ZodObject & z.ZodType<Query>;
    readonly body?: z.ZodType<Body>;
    readonly run: (deps: OperatorApiDependencies, call: OperatorCall<Query, Body>) => Promise<HttpResponse>;
  };

/**
 * Creates an operation. It receives only what its schemas describe: without a schema, no query and no body.
 */
export function operation<Query = undefined, Body = undefined>({
  run,
  changes = false,
  status = 200,
  ...description
}: Definition<Query, Body>): Operation {
  return {
    ...description,
    changes,
    status,
    run: (deps, request, operator) =>
      run(deps, {
        operator,
        id: (name) => pathOf(request, name),
        seen: changes ? seenVersions(request) : () => true,
        query: queryOf(request, description.query) as Query,
        body: (description.body === undefined ? undefined : bodyOf(request, description.body)) as Body,
      }),
  };
}

/** Returns the operator, the time and the reason of a change. */
export const changeContextOf = (
  { operator }: Pick<OperatorCall<unknown, unknown>, 'operator'>,
  { clock }: Pick<OperatorApiDependencies, 'clock'>,
  { why }: { readonly why: string },
): ChangeContext => ({ operator, at: clock.now(), why });

/** @throws {OperatorProblem} if the record does not exist */
export function existing<Item>(record: Item | undefined): Item {
  if (record === undefined) throw notFound();
  return record;
}

/** Returns the response with a record and its ETag. */
export const recordResponse = (
  record: Pick<Managed, 'version'>,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse => jsonResponse(status, record, { etag: etagOf(record.version), ...headers });

/**
 * Returns the response to the creation of a record. The location is relative to the list, because a stage may
 * be reached at several addresses.
 * @throws {OperatorProblem} if there already was such a record
 */
export function createdResponse(created: boolean, record: Managed, list: string, id: string): HttpResponse {
  if (created) return recordResponse(record, 201, { location: `${list}/${id}` });
  throw new OperatorProblem({ status: 409, code: 'exists', title: 'There is one with this id.' });
}

/** Returns the response with a page. It links to the next page relative to its own address (RFC 8288). */
export function pageResponse<Item>(
  { items, next }: Page<Item>,
  shown: (item: Item) => object,
  { limit, partnerId }: PageQuery,
): HttpResponse {
  const parameters = new URLSearchParams({
    ...(limit !== undefined && { limit: String(limit) }),
    ...(partnerId !== undefined && { partnerId }),
    after: next ?? '',
  });
  return jsonResponse(
    200,
    { items: items.map(shown), ...(next !== undefined && { next }) },
    next === undefined ? {} : { link: `<?${parameters.toString()}>; rel="next"` },
  );
}

export interface PageQuery {
  readonly limit?: number;
  readonly after?: string;
  readonly partnerId?: string;
}

export const pageRequest = ({ limit, after }: PageQuery): PageRequest => ({
  limit: limit ?? 50,
  ...(after !== undefined && { after }),
});

/**
 * Returns the response with the changed record, and when the change takes effect on calls.
 * @throws {OperatorProblem} if nothing was changed
 */
export async function changeResponse<Item extends Managed>(
  deps: OperatorApiDependencies,
  result: ChangeResult<Item>,
  shown: (item: Item) => Pick<Managed, 'version'>,
  more: object = {},
): Promise<HttpResponse> {
  switch (result.outcome) {
    case 'changed':
      return recordResponse({
        ...shown(result.record),
        ...more,
        ...(result.inForce && (await propagateChange(deps))),
      });
    case 'missing':
      throw notFound();
    case 'stale':
      throw stale();
    case 'role_needed':
      throw roleNeeded(result.role);
    case 'own_change':
      throw new OperatorProblem({
        status: 403,
        code: 'own_change',
        title: 'It takes another approver: you changed it last.',
      });
    case 'refused':
      throw new OperatorProblem({
        status: 409,
        code: 'wrong_status',
        title: `It is ${result.status}.`,
        extensions: { recordStatus: result.status, allowed: result.allowed },
      });
  }
}

/** Moves a record to the state that the request names, and returns the response. */
export const transitionResponse = async <Item extends Managed>(
  deps: OperatorApiDependencies,
  call: OperatorCall<unknown, { readonly to: LifecycleStatus; readonly why: string }>,
  records: Pick<ManagedRecords<Item>, 'find' | 'replace'>,
  id: string,
  shown: (item: Item) => Pick<Managed, 'version'>,
): Promise<HttpResponse> =>
  changeResponse(
    deps,
    await changeStatus(records, {
      id,
      matchesVersion: call.seen,
      act: changeContextOf(call, deps, call.body),
      to: call.body.to,
    }),
    shown,
  );

export const stale = (): OperatorProblem =>
  new OperatorProblem({
    status: 412,
    code: 'changed_meanwhile',
    title: 'The record is of another version than If-Match names. Read it again.',
  });
