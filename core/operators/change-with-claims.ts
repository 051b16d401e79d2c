import type { Claims } from '../lifecycle/claims.ts';
import type { Managed } from '../lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';
import type { ChangeResult } from './change-record.ts';

/** A kind of records each of which has things that no other one may have. */
export interface ClaimingRecords<Item extends Managed> {
  readonly records: Pick<ManagedRecords<Item>, 'find'>;
  readonly claims: Claims;
  readonly thingsOf: (record: Item) => readonly string[];
}

/** Tells whether a record has its things: from its first activation until it ends. */
export const hasItsThings = ({ status }: Managed): boolean => status === 'active' || status === 'suspended';

/**
 * Changes a record that needs things for it which no other record may have. They are claimed before the change.
 * Whatever comes of it, what the record does not have afterwards is released.
 * @param wanted what the record is to have after the change
 * @returns the result of the change, or what another record has; nothing is changed then
 */
export async function changeWithClaims<Item extends Managed>(
  { records, claims, thingsOf }: ClaimingRecords<Item>,
  id: string,
  wanted: readonly string[],
  change: () => Promise<ChangeResult<Item>>,
): Promise<ChangeResult<Item> | { readonly outcome: 'taken'; readonly thing: string }> {
  const readThings = async (): Promise<readonly string[]> => {
    const record = await records.find(id);
    return record !== undefined && hasItsThings(record) ? thingsOf(record) : [];
  };
  const before = await readThings();
  const taken = await claimAll(claims, id, wanted);
  const result = taken === undefined ? await change() : ({ outcome: 'taken', thing: taken } as const);
  const after = await readThings();
  for (const thing of new Set([...before, ...wanted])) {
    if (!after.includes(thing)) await claims.release(thing, id);
  }
  return result;
}

/** Claims things until one is another record's, and returns that one. */
async function claimAll(claims: Claims, id: string, things: readonly string[]): Promise<string | undefined> {
  for (const thing of things) {
    if (!(await claims.claim(thing, id))) return thing;
  }
  return undefined;
}
