import { initialState } from '../lifecycle/change.ts';
import { type ChangeContext, changeBy } from '../operators/change-record.ts';
import type { NameHolder, PartnerNames } from './partner-names.ts';
import type { Partner, Partners } from './partner.ts';

/** What is needed to reserve names for changes of partners. */
export interface NameReservation {
  readonly partners: Pick<Partners, 'find' | 'create' | 'replace'>;
  readonly partnerNames: PartnerNames;
}

/** A name that another partner has. */
export interface TakenName {
  readonly name: string;
  readonly partnerId: string;
}

/**
 * Returns the first name that another partner has. The name of a request that was refused before its partner
 * had a record can still be given to any partner.
 */
export async function findTakenName(
  { partners, partnerNames }: Pick<NameReservation, 'partners' | 'partnerNames'>,
  partnerId: string,
  names: readonly string[],
): Promise<TakenName | undefined> {
  for (const name of names) {
    const holder = await partnerNames.find(name);
    if (holder === undefined || holder === partnerId) continue;
    const partner = await partners.find(holder);
    if (partner === undefined || partner.supersededBy === partnerId) continue;
    return { name, partnerId: partner.supersededBy ?? holder };
  }
  return undefined;
}

/**
 * Reserves names for a change of a partner's record, before the record itself is replaced.
 * @returns the first name that another partner has; undefined if all names are now reserved
 */
export async function reserveNames(
  deps: NameReservation,
  holder: NameHolder,
  names: readonly string[],
  act: ChangeContext,
): Promise<TakenName | undefined> {
  const taken = await findTakenName(deps, holder.partnerId, names);
  if (taken !== undefined) return taken;
  for (const name of names) {
    const partnerId = await reserveName(deps, holder, name, act);
    if (partnerId !== holder.partnerId) return { name, partnerId };
  }
  return undefined;
}

/** @returns the id of the partner that has the name now */
async function reserveName(
  { partners, partnerNames }: NameReservation,
  holder: NameHolder,
  name: string,
  act: ChangeContext,
): Promise<string> {
  const present = await partnerNames.reserveForChange(name, holder);
  if (present === holder.partnerId) return present;
  const successor = await endUnused({ partners }, { partnerId: present, name }, holder.partnerId, act);
  return successor === holder.partnerId
    ? partnerNames.reserveForChange(name, holder, present)
    : (successor ?? present);
}

/**
 * Ends a partner that has an id and a name but no record, so that no onboarding under way creates the record
 * any more. Whoever comes first, the onboarding or this change, decides by creating it.
 * @returns the partner that the name goes to; undefined if it stays with the partner that has it
 */
async function endUnused(
  { partners }: Pick<NameReservation, 'partners'>,
  unused: Pick<Partner, 'partnerId' | 'name'>,
  successor: string,
  act: ChangeContext,
): Promise<string | undefined> {
  const ended: Partner = { ...unused, supersededBy: successor, ...initialState('ended', changeBy(act)) };
  if (await partners.create(ended)) return successor;
  return (await partners.find(unused.partnerId))?.supersededBy;
}
