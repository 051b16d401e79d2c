import type { Managed } from './lifecycle.ts';
import type { ManagedRecords } from './managed-records.ts';

/** Who has what only one can have, such as a domain or an e-mail address. */
export interface Claims {
  /** Gives a thing to an owner. Returns false if it is another one's. Idempotent. */
  claim(thing: string, ownerId: string): Promise<boolean>;
  /** Takes a thing from an owner that has it. Idempotent. */
  release(thing: string, ownerId: string): Promise<void>;
  /** Returns who has a thing. */
  ownerOf(thing: string): Promise<string | undefined>;
}

/**
 * Returns records each of which has its things to itself, from its first activation until it ends. They are claimed
 * before a record is written, and what it does not have afterwards is released. A crash may leave a claim behind: one
 * whose record does not have the thing counts for nothing.
 *
 * A claim that is lost in a race leaves a record without its thing until it is written again, so whoever acts on a
 * thing asks {@link Claims} whose it is, and not the record.
 * @param taken returns the error that `replace` throws if another record has a thing; nothing is written then
 */
export function withClaims<Item extends Managed>(
  records: ManagedRecords<Item>,
  {
    claims,
    idOf,
    thingsOf,
    taken,
  }: {
    readonly claims: Claims;
    readonly idOf: (record: Item) => string;
    readonly thingsOf: (record: Item) => readonly string[];
    readonly taken: (thing: string) => Error;
  },
): ManagedRecords<Item> {
  const heldBy = (record: Item | undefined): readonly string[] =>
    record?.status === 'active' || record?.status === 'suspended' ? thingsOf(record) : [];

  const claim = async (thing: string, id: string): Promise<boolean> => {
    if (await claims.claim(thing, id)) return true;
    const ownerId = await claims.ownerOf(thing);
    if (ownerId !== undefined) {
      if (heldBy(await records.find(ownerId)).includes(thing)) return false;
      await claims.release(thing, ownerId);
    }
    return claims.claim(thing, id);
  };
  const claimAll = async (id: string, things: readonly string[]): Promise<void> => {
    for (const thing of things) {
      if (!(await claim(thing, id))) throw taken(thing);
    }
  };

  return {
    ...records,
    replace: async (record) => {
      const id = idOf(record);
      const before = await records.find(id);
      const wanted = heldBy(record);
      try {
        await claimAll(id, wanted);
        return await records.replace(record);
      } finally {
        const held = heldBy(await records.find(id));
        const things = new Set([...(before === undefined ? [] : thingsOf(before)), ...wanted]);
        for (const thing of things) {
          if (!held.includes(thing)) await claims.release(thing, id);
        }
      }
    },
  };
}
