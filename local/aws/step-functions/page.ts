import { AwsError } from '../service.ts';

interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/**
 * Returns one page of at most `maxResults` items; 100 if `maxResults` is missing or 0. The token holds the
 * key of the page's last item, so new items before it do not shift the next page.
 *
 * @throws `InvalidToken` if the token names no item
 */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { maxResults, nextToken }: { maxResults?: number | undefined; nextToken?: string | undefined },
): Page<T> {
  const after = nextToken === undefined ? undefined : Buffer.from(nextToken, 'base64url').toString();
  const start = after === undefined ? 0 : items.findIndex((item) => keyOf(item) === after) + 1;
  if (after !== undefined && start === 0) {
    throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  }
  const end = start + (maxResults === undefined || maxResults === 0 ? 100 : maxResults);
  const last = items[end - 1];
  return {
    items: items.slice(start, end),
    ...(last !== undefined && end < items.length
      ? { nextToken: Buffer.from(keyOf(last)).toString('base64url') }
      : {}),
  };
}
