import { listMatching } from '../../core/lifecycle/list-matching.ts';
import type { LifecycleStatus, Managed } from '../../core/lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../../core/lifecycle/managed-records.ts';
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

/** Returns the response with a page of those records that pass the filters. */
export const listResponse = async <Item extends Managed>(
  records: Pick<ManagedRecords<Item>, 'list'>,
  query: ListQuery,
  texts: (item: Item) => readonly string[],
  shown: (item: Item) => object,
): Promise<HttpResponse> =>
  pageResponse(
    await listMatching(records, pageRequest(query), matchesQuery(query, texts), query.partnerId),
    shown,
    query,
  );
