import type { Partner, Partners } from './partner.ts';
import { type ChangeContext, changeContent, type ChangeResult } from '../operators/change-record.ts';
import type { PartnerNames } from './partner-names.ts';

export type RenameResult =
  ChangeResult<Partner> | { readonly outcome: 'name_taken'; readonly partnerId: string };

interface Rename {
  readonly id: string;
  readonly name: string;
  /** Tells whether the operator has seen this version. */
  readonly seen: (version: number) => boolean;
  readonly act: ChangeContext;
}

/**
 * Gives a partner another name, which no other partner may have. Its earlier names still lead to it. So a
 * request under an earlier name neither creates a second partner, nor bypasses a suspension of this one.
 */
export async function renamePartner(
  {
    partners,
    partnerNames,
  }: { readonly partners: Pick<Partners, 'find' | 'replace'>; readonly partnerNames: PartnerNames },
  { id, name, seen, act }: Rename,
): Promise<RenameResult> {
  let reservedFor = id;
  const result = await changeContent(
    {
      find: (partnerId) => partners.find(partnerId),
      // Reserved only after every other check has passed, because a reservation is permanent.
      replace: async (record) => {
        reservedFor = await partnerNames.reserve(name, id);
        return reservedFor === id && (await partners.replace(record));
      },
    },
    { id, matchesVersion: seen, act, content: (record) => ({ ...record, name }) },
  );
  return reservedFor === id ? result : { outcome: 'name_taken', partnerId: reservedFor };
}
