import { looksOf } from './look.ts';
import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';
import { hasName, isSameName, namesOf, namesWithout, proposedNamesOf } from './names.ts';
import type { PartnerNames } from './partner-names.ts';
import type { Partner, Partners } from './partner.ts';

/** A name, and the partner that it belonged to when its look was added. */
export interface NamedPartner {
  readonly partnerId: string;
  readonly name: string;
}

/** Another partner with a name that looks like a name of this one. */
export interface LookAlike extends NamedPartner {
  readonly status: LifecycleStatus;
  /** The name that is shown of the partner, if the one that was found is another or a former name. */
  readonly currentName?: string;
}

/** Other partners with similar names. Without members if there are none. */
export interface LookAlikes {
  /** At most ten: active partners first, then suspended ones, then drafts, and of these the oldest first. */
  readonly looksLike?: readonly LookAlike[];
  /** How many more there are. */
  readonly moreLookAlikes?: number;
}

/** Remembers which names look like what. Names are only added, so whoever reads checks whether they still hold. */
export interface NameLooks {
  /** Returns the names with this look. */
  find(look: string): Promise<readonly NamedPartner[]>;
  add(look: string, named: NamedPartner): Promise<void>;
}

/** What is needed to find partners with similar names. */
export interface LookAlikeSearch {
  readonly nameLooks: NameLooks;
  readonly partners: Pick<Partners, 'find'>;
  readonly partnerNames: Pick<PartnerNames, 'find'>;
}

/** The maximum number of partners that are listed. */
const maxLookAlikes = 10;

/** The order in which partners are listed: first those that a request could be mistaken for. */
const statusOrder: readonly LifecycleStatus[] = ['active', 'suspended', 'draft', 'ended'];

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
): Promise<LookAlikes> {
  const similar = new Map<string, NamedPartner>();
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
  return listOf(await findHolders({ partners, partnerNames }, [...similar.values()]));
}

/** A name, and the record of the partner that has it. */
interface HeldName {
  readonly name: string;
  readonly partner: Partner;
}

/** Returns the names that still belong to their partners, one of each partner: the one that is shown, if found. */
async function findHolders(
  { partners, partnerNames }: Pick<LookAlikeSearch, 'partners' | 'partnerNames'>,
  similar: readonly NamedPartner[],
): Promise<readonly HeldName[]> {
  const found = await Promise.all(
    similar.map(async ({ partnerId, name }) => {
      const isInUse = (await partnerNames.find(name)) === partnerId;
      const partner = isInUse ? await partners.find(partnerId) : undefined;
      return { name, partner };
    }),
  );
  const holders = new Map<string, HeldName>();
  for (const { name, partner } of found) {
    if (partner === undefined) continue;
    if (!holders.has(partner.partnerId) || isSameName(name, partner.name)) {
      holders.set(partner.partnerId, { name, partner });
    }
  }
  return [...holders.values()];
}

/** Returns the partners in the order in which they are listed, and how many are left out. */
function listOf(holders: readonly HeldName[]): LookAlikes {
  const ageOf = ({ changes }: Partner): number => Date.parse(changes[0]?.at ?? '');
  const ordered = holders.toSorted(
    ({ partner: one }, { partner: other }) =>
      statusOrder.indexOf(one.status) - statusOrder.indexOf(other.status) || ageOf(one) - ageOf(other),
  );
  const listed = ordered.slice(0, maxLookAlikes).map(({ name, partner }): LookAlike => ({
    partnerId: partner.partnerId,
    name,
    status: partner.status,
    ...(!isSameName(name, partner.name) && { currentName: partner.name }),
  }));
  return {
    ...(listed.length > 0 && { looksLike: listed }),
    ...(ordered.length > listed.length && { moreLookAlikes: ordered.length - listed.length }),
  };
}

/** Returns the other partners with a name that looks like one that this partner has, or may get. */
export function lookAlikesOf(search: LookAlikeSearch, partner: Partner): Promise<LookAlikes> {
  const own = namesOf(partner);
  const proposed = namesWithout(proposedNamesOf(partner.proposed), own);
  return findLookAlikes(search, partner.partnerId, [...own, ...proposed], own);
}

/** Adds the looks of the name of a new partner. */
export async function addLooks(
  { nameLooks }: Pick<LookAlikeSearch, 'nameLooks'>,
  { partnerId, name }: NamedPartner,
): Promise<void> {
  for (const look of looksOf(name)) await nameLooks.add(look, { partnerId, name });
}

/** Tells the operators that a request has made a partner with a name that looks like another partner's. */
export interface LookAlikeAlert extends NamedPartner, LookAlikes {
  readonly about: 'look_alike';
  /** The onboarding that has made the partner. */
  readonly onboardingId: string;
}

export interface LookAlikeAlerts {
  raise(alert: LookAlikeAlert): Promise<void>;
}
