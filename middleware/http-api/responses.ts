import type { Managed } from '../../core/lifecycle/lifecycle.ts';
import type { Page, PageRequest } from '../../core/lifecycle/managed-records.ts';
import { type HttpResponse, jsonResponse } from '../http-lambda.ts';
import { ApiProblem, notFound } from './api-problem.ts';
import { etagOf } from './request.ts';

/** @throws {ApiProblem} if the record does not exist */
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
 * @throws {ApiProblem} if there already was such a record
 */
export function createdResponse(
  created: boolean,
  record: Pick<Managed, 'version'>,
  list: string,
  id: string,
): HttpResponse {
  if (created) return recordResponse(record, 201, { location: `${list}/${id}` });
  throw new ApiProblem({ status: 409, code: 'exists', title: 'There is one with this id.' });
}

/** The query of a list. Members other than these are its filters. */
export interface PageQuery {
  readonly limit?: number;
  readonly after?: string;
}

/**
 * Returns the response with a page. It links to the next page relative to its own address (RFC 8288), with
 * the same limit and filters.
 */
export function pageResponse<Item>(
  { items, next }: Page<Item>,
  shown: (item: Item) => object,
  query: PageQuery,
): HttpResponse {
  const body = { items: items.map(shown), ...(next !== undefined && { next }) };
  if (next === undefined) return jsonResponse(200, body);
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (name !== 'after') parameters.set(name, String(value));
  }
  parameters.set('after', next);
  return jsonResponse(200, body, { link: `<?${parameters.toString()}>; rel="next"` });
}

export const pageRequest = ({ limit, after }: PageQuery): PageRequest => ({
  limit: limit ?? 50,
  ...(after !== undefined && { after }),
});
