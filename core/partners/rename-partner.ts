import type { Partner, Partners } from './partner.ts';
import { type ChangeContext, changeContent, type ChangeResult } from '../operators/change-record.ts';
import type { PartnerNames } from './partner-names.ts';

export type RenameResult =
  ChangeResult<Partner> | { readonly outcome: 'name_taken'; readonly partnerId: string };

interface Rename {
  readonly id: string;
  readonly name: string;
  /** Whether the operator has seen this version. */
  readonly seen: (version: number) => boolean;
  readonly act: ChangeContext;
}

/**
 * Gives a partner another name, which nobody else may have. Its earlier names go on leading to it: a request
 * under one of them must not make a second partner, nor get round the suspension of this one.
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
      // Only when nothing else stands against it, since what is reserved stays so.
      replace: async (record) => {
        reservedFor = await partnerNames.reserve(name, id);
        return reservedFor === id && (await partners.replace(record));
      },
    },
    { id, matchesVersion: seen, act, content: (record) => ({ ...record, name }) },
  );
  return reservedFor === id ? result : { outcome: 'name_taken', partnerId: reservedFor };
}
