import type { Managed } from './lifecycle.ts';

/** A page of records, in the order of their ids. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; absent on the last page. Clients must not interpret it. */
  readonly next?: string;
}

/** The longest place in bytes that the store takes. */
const longestPlace = 1024;

/**
 * Tells whether a text can be the `next` of a page: the partner's id and the record's id, with `/` in between.
 * @param partnerId the partner whose records are listed, if it is one partner's
 */
export const isPlaceInList = (text: string, partnerId?: string): boolean =>
  /^[^/]+\/./su.test(text) &&
  Buffer.byteLength(text) <= longestPlace &&
  (partnerId === undefined || text.startsWith(`${partnerId}/`));

/** Which page of records to return. */
export interface PageRequest {
  readonly limit: number;
  readonly after?: string;
}

/** Stores one kind of record. Every write is conditional. */
export interface ManagedRecords<Item extends Managed> {
  find(id: string): Promise<Item | undefined>;
  /** Creates a record. False if there is one with this id already. */
  create(item: Item): Promise<boolean>;
  /**
   * Replaces the previous version (`item.version - 1`) by `item`. False if the stored version is a different
   * one.
   */
  replace(item: Item): Promise<boolean>;
  /** Lists the records, or those of one partner. */
  list(page: PageRequest, partnerId?: string): Promise<Page<Item>>;
}
