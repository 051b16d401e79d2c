import type { Clock } from '../clock.ts';
import type { Managed } from './lifecycle.ts';
import type { ManagedRecords } from './managed-records.ts';

/** Who has a thing, and by which attempt to get it. */
export interface Claim {
  readonly ownerId: string;
  readonly attempt: string;
  /** ISO 8601. */
  readonly claimedAt: string;
}

/** Who has what only one can have, such as a domain or an e-mail address. */
export interface Claims {
  /** Gives a thing to an owner, or once more to the one that has it. Returns false if it is another one's. */
  claim(thing: string, claim: Claim): Promise<boolean>;
  /**
   * Takes a thing from an owner that has it. Idempotent.
   * @param attempt if it is given, the thing is taken only if nobody has claimed it since by another attempt
   */
  release(thing: string, ownerId: string, attempt?: string): Promise<void>;
  find(thing: string): Promise<Claim | undefined>;
}

/** After this time, in seconds, nobody is still between a claim and the write that it was made for. */
const longestAttempt = 60;

/**
 * Returns records each of which has its things to itself, from its first activation until it ends. They are claimed
 * before a record is written, and once more afterwards, so that no other attempt that fails takes them away. What is
 * no longer in the record is released. A thing that is claimed for a record that does not have it, because of a crash
 * or because the record has ended, can be claimed for another one after a minute.
 *
 * Whoever acts on a thing asks {@link Claims} whose it is, and not the record.
 * @param taken returns the error that `replace` throws if another record has a thing; nothing is written then
 */
export function withClaims<Item extends Managed>(
  records: ManagedRecords<Item>,
  {
    claims,
    idOf,
    thingsOf,
    taken,
    clock,
    newId,
  }: {
    readonly claims: Claims;
    readonly idOf: (record: Item) => string;
    readonly thingsOf: (record: Item) => readonly string[];
    readonly taken: (thing: string) => Error;
    readonly clock: Clock;
    readonly newId: () => string;
  },
): ManagedRecords<Item> {
  const heldBy = (record: Item | undefined): readonly string[] =>
    record?.status === 'active' || record?.status === 'suspended' ? thingsOf(record) : [];

  const claimOne = async (thing: string, claim: Claim): Promise<boolean> => {
    if (await claims.claim(thing, claim)) return true;
    const other = await claims.find(thing);
    if (other !== undefined) {
      const age = clock.now().getTime() - Date.parse(other.claimedAt);
      const isHeld = heldBy(await records.find(other.ownerId)).includes(thing);
      if (isHeld || age < longestAttempt * 1000) return false;
      await claims.release(thing, other.ownerId, other.attempt);
    }
    return claims.claim(thing, claim);
  };
  const claimAll = async (things: readonly string[], claim: Claim): Promise<void> => {
    for (const thing of things) {
      if (!(await claimOne(thing, claim))) throw taken(thing);
    }
  };
  const releaseUnheld = async (things: readonly string[], { ownerId, attempt }: Claim): Promise<void> => {
    const held = heldBy(await records.find(ownerId));
    for (const thing of things) {
      if (!held.includes(thing)) await claims.release(thing, ownerId, attempt);
    }
  };

  return {
    ...records,
    replace: async (record) => {
      const claim = { ownerId: idOf(record), attempt: newId(), claimedAt: clock.now().toISOString() };
      const wanted = heldBy(record);
      const before = await records.find(claim.ownerId);
      let isReplaced = false;
      try {
        await claimAll(wanted, claim);
        isReplaced = await records.replace(record);
      } finally {
        if (!isReplaced) await releaseUnheld(wanted, claim);
      }
      if (!isReplaced) return false;
      await claimAll(wanted, claim);
      for (const thing of heldBy(before)) {
        if (!thingsOf(record).includes(thing)) await claims.release(thing, claim.ownerId);
      }
      return true;
    },
  };
}
