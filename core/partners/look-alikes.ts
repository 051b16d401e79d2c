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

/** A name with a certain look. */
export interface FoundName extends NamedPartner {
  /** ISO 8601. When the look was first added. */
  readonly addedAt: string;
}

/** The names with a certain look. */
export interface FoundNames {
  readonly names: readonly FoundName[];
  /** False if there are more names with this look. */
  readonly isComplete: boolean;
}

/** Other partners with similar names. Without members if there are none. */
export interface LookAlikes {
  /** At most ten: active partners first, then suspended ones, then drafts, and of these the oldest first. */
  readonly looksLike?: readonly LookAlike[];
  /** How many more there are. */
  readonly moreLookAlikes?: number;
  /** Set if there are so many names with such a look that not all of them were looked up. */
  readonly uncheckedLookAlikes?: true;
}

/**
 * Remembers which names look like what. A name may be missing, or may have been released since: whoever reads
 * checks whether it still leads to the partner.
 */
export interface NameLooks {
  /** Returns the names with this look, those that were added first. */
  find(look: string): Promise<FoundNames>;
  add(look: string, named: NamedPartner): Promise<void>;
  /** Removes a name from this look, unless it is another partner's by now. */
  remove(look: string, named: NamedPartner): Promise<void>;
}

/** What is needed to find partners with similar names. */
export interface LookAlikeSearch {
  readonly nameLooks: NameLooks;
  readonly partners: Pick<Partners, 'find'>;
  readonly partnerNames: Pick<PartnerNames, 'find'>;
}

/** The maximum number of partners that are listed. */
const maxLookAlikes = 10;

/** The number of partners with such a name after which no more are looked up. */
const maxHolders = 200;
/** How many partners are looked up at once. */
const batchSize = 50;

/** The order in which partners are listed: first those that a request could be mistaken for. */
const statusOrder: readonly LifecycleStatus[] = ['active', 'suspended', 'draft', 'ended'];

/**
 * Returns the other partners with a name that looks like one of these names: one name of each, and only those
 * that still have it. The names that were added first are looked up first, so later ones hide no earlier one.
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
  const similar = new Map<string, FoundName>();
  let isComplete = true;
  for (const name of names) {
    for (const look of looksOf(name)) {
      const found = await nameLooks.find(look);
      isComplete &&= found.isComplete;
      const isKnown = found.names.some((each) => each.partnerId === partnerId && isSameName(each.name, name));
      // The record of a partner that has ended may hold names that were released.
      const isToBeAdded = !isKnown && hasName(own, name) && (await partnerNames.find(name)) === partnerId;
      if (isToBeAdded) await nameLooks.add(look, { partnerId, name });
      for (const each of found.names) {
        const key = `${each.partnerId} ${each.name}`;
        if (each.partnerId !== partnerId && !similar.has(key)) similar.set(key, each);
      }
    }
  }
  const holders = await findHolders({ partners, partnerNames }, [...similar.values()]);
  const isUnchecked = !isComplete || holders.isIncomplete;
  return { ...listOf(holders.held), ...(isUnchecked && { uncheckedLookAlikes: true }) };
}

/** A name, and the record of the partner that has it. */
interface HeldName {
  readonly name: string;
  readonly partner: Partner;
}

/**
 * Returns the names that still belong to their partners, one of each partner. Partners are looked up in the order
 * in which their names were added, until there are enough. Names that lead nowhere do not count.
 */
async function findHolders(
  deps: Pick<LookAlikeSearch, 'partners' | 'partnerNames'>,
  similar: readonly FoundName[],
): Promise<{ readonly held: readonly HeldName[]; readonly isIncomplete: boolean }> {
  const inOrder = similar.toSorted((one, other) => Date.parse(one.addedAt) - Date.parse(other.addedAt));
  const partners = [...Map.groupBy(inOrder, ({ partnerId }) => partnerId)];
  const held: HeldName[] = [];
  for (let from = 0; from < partners.length; from += batchSize) {
    if (held.length >= maxHolders) return { held, isIncomplete: true };
    const batch = partners.slice(from, from + batchSize);
    const found = await Promise.all(batch.map(([partnerId, names]) => findHeldName(deps, partnerId, names)));
    held.push(...found.filter((each) => each !== undefined));
  }
  return { held, isIncomplete: false };
}

/** Returns the first of these names that still leads to the partner: the one that is shown, if it is among them. */
async function findHeldName(
  { partners, partnerNames }: Pick<LookAlikeSearch, 'partners' | 'partnerNames'>,
  partnerId: string,
  names: readonly FoundName[],
): Promise<HeldName | undefined> {
  const partner = await partners.find(partnerId);
  if (partner === undefined) return undefined;
  const shownFirst = names.toSorted(
    (one, other) => Number(isSameName(other.name, partner.name)) - Number(isSameName(one.name, partner.name)),
  );
  for (const { name } of shownFirst) {
    if ((await partnerNames.find(name)) === partnerId) return { name, partner };
  }
  return undefined;
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

/** Removes the looks of a name that was released. */
export async function removeLooks(
  { nameLooks }: { readonly nameLooks: Pick<NameLooks, 'remove'> },
  { partnerId, name }: NamedPartner,
): Promise<void> {
  for (const look of looksOf(name)) await nameLooks.remove(look, { partnerId, name });
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
