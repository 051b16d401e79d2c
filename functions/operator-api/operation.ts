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

/** What an operation is given, checked. */
export interface OperatorCall<Query, Body> {
  readonly operator: Operator;
  /** The ids in the path, by the names in the resource. */
  readonly id: (name: string) => string;
  readonly query: Query;
  readonly body: Body;
  /** Whether `If-Match` names this version. */
  readonly seen: (version: number) => boolean;
}

interface Described {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The API's resource: `/operator/partners/{partnerId}`. */
  readonly resource: string;
  readonly operationId: string;
  readonly summary: string;
  /** The least that whoever asks has to be; it may take more, by the record's state. */
  readonly role: OperatorRole;
  /** Whether it changes a record that is there, and so needs `If-Match`. */
  readonly changes: boolean;
  /** The status when it is done. */
  readonly status: 200 | 201;
  /** The schema of the answer. */
  readonly answer: z.ZodType;
}

/** One method of one resource: looked up by its route, and described in the OpenAPI document. */
export interface Operation extends Described {
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly run: (deps: OperatorApiDependencies, request: HttpRequest, operator: Operator) => Promise<HttpResponse>;
}

type Definition<Query, Body> = Omit<Described, 'changes' | 'status'> &
  Partial<Pick<Described, 'changes' | 'status'>> & {
    readonly query?: z.ZodObject & z.ZodType<Query>;
    readonly body?: z.ZodType<Body>;
    readonly run: (deps: OperatorApiDependencies, call: OperatorCall<Query, Body>) => Promise<HttpResponse>;
  };

/** An operation that is handed only what it asked for: without a schema of its own, no query and no body. */
export function operation<Query = undefined, Body = undefined>({
  run,
  changes = false,
  status = 200,
  ...described
}: Definition<Query, Body>): Operation {
  return {
    ...described,
    changes,
    status,
    run: (deps, request, operator) =>
      run(deps, {
        operator,
        id: (name) => pathOf(request, name),
        seen: changes ? seenVersions(request) : () => true,
        query: queryOf(request, described.query) as Query,
        body: (described.body === undefined ? undefined : bodyOf(request, described.body)) as Body,
      }),
  };
}

export const changeContextOf = (
  { operator }: Pick<OperatorCall<unknown, unknown>, 'operator'>,
  { clock }: Pick<OperatorApiDependencies, 'clock'>,
  { why }: { readonly why: string },
): ChangeContext => ({ operator, at: clock.now(), why });

export function existing<Item>(record: Item | undefined): Item {
  if (record === undefined) throw notFound();
  return record;
}

export const recordResponse = (
  record: Pick<Managed, 'version'>,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse => jsonResponse(status, record, { etag: etagOf(record.version), ...headers });

/** Its address is told relative to that of the list: nobody here knows under which address a stage is reached. */
export function createdResponse(created: boolean, record: Managed, list: string, id: string): HttpResponse {
  if (created) return recordResponse(record, 201, { location: `${list}/${id}` });
  throw new OperatorProblem({ status: 409, code: 'exists', title: 'There is one with this id.' });
}

/** A page, with the address of the next one relative to its own (RFC 8288). */
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

/** The record as it is now, and when that tells on calls; or why nothing has changed. */
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

/** Has a record go to the state that the request names. */
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
