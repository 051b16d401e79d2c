import type { Managed } from './lifecycle.ts';

/** A page of records, in the order of their ids. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; absent on the last. Opaque. */
  readonly next?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: string;
}

/** Keeps one kind of record. Every write is conditional. */
export interface ManagedRecords<Item extends Managed> {
  find(id: string): Promise<Item | undefined>;
  /** False if there is one with this id. */
  create(item: Item): Promise<boolean>;
  /** Puts `item` in place of the version before it (`item.version - 1`). False if that is no longer what is there. */
  replace(item: Item): Promise<boolean>;
  /** Of a partner, where given. */
  list(page: PageRequest, partnerId?: string): Promise<Page<Item>>;
}
