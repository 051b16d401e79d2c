import { looksOf } from './look.ts';
import { hasName, isSameName, namesOf, namesWithout, proposedNamesOf } from './names.ts';
import type { PartnerNames } from './partner-names.ts';
import type { Partner, Partners } from './partner.ts';

/** A name of another partner that looks like a name of this one. */
export interface LookAlike {
  readonly partnerId: string;
  readonly name: string;
}

/** Remembers which names look like what. Names are only added, so whoever reads checks whether they still hold. */
export interface NameLooks {
  /** Returns the names with this look. */
  find(look: string): Promise<readonly LookAlike[]>;
  add(look: string, named: LookAlike): Promise<void>;
}

/** What is needed to find partners with similar names. */
export interface LookAlikeSearch {
  readonly nameLooks: NameLooks;
  readonly partners: Pick<Partners, 'find'>;
  readonly partnerNames: Pick<PartnerNames, 'find'>;
}

/** The maximum number of partners that are listed. */
const maxLookAlikes = 10;

/**
 * Returns the other partners with a name that looks like one of these names: one name of each, and only those
 * that still have it.
 * @param names names of the partner, and those that it may get
 * @param own the names among them that are in the partner's record. Their looks are added where they are
 *   missing, so that a partner from before is found as soon as somebody has asked for it once.
 */
export async function findLookAlikes(
  { nameLooks, partners, partnerNames }: LookAlikeSearch,
  partnerId: string,
  names: readonly string[],
  own: readonly string[],
): Promise<readonly LookAlike[]> {
  const similar = new Map<string, LookAlike>();
  for (const name of names) {
    for (const look of looksOf(name)) {
      const found = await nameLooks.find(look);
      const isKnown = found.some((each) => each.partnerId === partnerId && isSameName(each.name, name));
      if (!isKnown && hasName(own, name)) await nameLooks.add(look, { partnerId, name });
      for (const each of found) {
        if (each.partnerId !== partnerId) similar.set(`${each.partnerId} ${each.name}`, each);
      }
    }
  }
  const inUse = new Map<string, LookAlike>();
  for (const each of similar.values()) {
    if (inUse.size === maxLookAlikes) break;
    const isInUse = (await partnerNames.find(each.name)) === each.partnerId;
    const partner = isInUse ? await partners.find(each.partnerId) : undefined;
    if (partner !== undefined && !inUse.has(each.partnerId)) inUse.set(each.partnerId, each);
  }
  return [...inUse.values()];
}

/** Returns the other partners with a name that looks like one that this partner has, or may get. */
export function lookAlikesOf(search: LookAlikeSearch, partner: Partner): Promise<readonly LookAlike[]> {
  const own = namesOf(partner);
  const proposed = namesWithout(proposedNamesOf(partner.proposed), own);
  return findLookAlikes(search, partner.partnerId, [...own, ...proposed], own);
}

/** Adds the looks of the name of a new partner. */
export async function addLooks(
  { nameLooks }: Pick<LookAlikeSearch, 'nameLooks'>,
  { partnerId, name }: LookAlike,
): Promise<void> {
  for (const look of looksOf(name)) await nameLooks.add(look, { partnerId, name });
}

/** Tells the operators that a request has made a partner with a name that looks like another partner's. */
export interface LookAlikeAlert {
  readonly about: 'look_alike';
  readonly partnerId: string;
  readonly name: string;
  readonly looksLike: readonly LookAlike[];
  /** The onboarding that has made the partner. */
  readonly onboardingId: string;
}

export interface LookAlikeAlerts {
  raise(alert: LookAlikeAlert): Promise<void>;
}
