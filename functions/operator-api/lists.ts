import { listMatching } from '../../core/lifecycle/list-matching.ts';
import type { LifecycleStatus, Managed } from '../../core/lifecycle/lifecycle.ts';
import { isPlaceInList, type ManagedRecords } from '../../core/lifecycle/managed-records.ts';
import { invalidQuery } from '../../middleware/http-api/api-problem.ts';
import type { HttpResponse } from '../../middleware/http-lambda.ts';
import { type PageQuery, pageRequest, pageResponse } from '../../middleware/http-api/responses.ts';

/** The filters that every list has. */
export interface ListQuery extends PageQuery {
  readonly status?: LifecycleStatus;
  readonly contains?: string;
  readonly partnerId?: string;
}

/**
 * Returns whether a record passes the filters.
 * @param texts the texts of a record that `contains` looks at
 */
export const matchesQuery =
  <Item extends Managed>({ status, contains }: ListQuery, texts: (item: Item) => readonly string[]) =>
  (item: Item): boolean =>
    (status === undefined || item.status === status) &&
    (contains === undefined ||
      texts(item).some((text) => text.toLowerCase().includes(contains.toLowerCase())));

/** @throws {ApiProblem} if `after` is not the `next` of a page of this list */
export function requirePlace({ after, partnerId }: ListQuery): void {
  if (after === undefined || isPlaceInList(after, partnerId)) return;
  throw invalidQuery([
    {
      path: '?after',
      code: 'wrong_format',
      allowed: `${JSON.stringify(after.slice(0, 100))} is no place in this list. Leave after out, or send the next of the page before, with the same filters.`,
    },
  ]);
}

/**
 * Returns the response with a page of those records that pass the filters.
 * @throws {ApiProblem} like {@link requirePlace}
 */
export const listResponse = async <Item extends Managed>(
  records: Pick<ManagedRecords<Item>, 'list'>,
  query: ListQuery,
  texts: (item: Item) => readonly string[],
  shown: (item: Item) => object,
): Promise<HttpResponse> => {
  requirePlace(query);
  return pageResponse(
    await listMatching(records, pageRequest(query), matchesQuery(query, texts), query.partnerId),
    shown,
    query,
  );
};
