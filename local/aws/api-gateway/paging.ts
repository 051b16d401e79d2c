import * as z from 'zod';

/** The paging parameters of API Gateway's lists. `position` is the id of the last item seen. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(500).default(25),
  position: z.string().optional(),
};

export function page<T extends { readonly id: string }>(
  items: readonly T[],
  { limit, position }: { limit: number; position?: string | undefined },
) {
  const start = position === undefined ? 0 : items.findIndex(({ id }) => id === position) + 1;
  const item = items.slice(start, start + limit);
  const last = item.at(-1);
  return { item, ...(last !== undefined && start + limit < items.length && { position: last.id }) };
}
