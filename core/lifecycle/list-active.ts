import type { Managed } from './lifecycle.ts';
import type { ManagedRecords } from './managed-records.ts';

const pageSize = 50;

/** Lists the active records of a kind. The list may be some seconds out of date. */
export async function* listActive<Item extends Managed>(
  records: Pick<ManagedRecords<Item>, 'list'>,
): AsyncGenerator<Item> {
  let after: string | undefined;
  do {
    const { items, next } = await records.list({ limit: pageSize, ...(after !== undefined && { after }) });
    for (const item of items) if (item.status === 'active') yield item;
    after = next;
  } while (after !== undefined);
}
