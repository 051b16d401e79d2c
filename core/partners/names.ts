import { normalizeCompanyName } from './company-name.ts';
import type { Partner, ProposedNames } from './partner.ts';

/** The maximum number of names of a partner: shown, other, former and proposed together. */
export const maxNames = 50;

export const isSameName = (one: string, other: string): boolean =>
  normalizeCompanyName(one) === normalizeCompanyName(other);

/** Returns whether a name is among these, in any spelling. */
export const hasName = (names: readonly string[], name: string): boolean =>
  names.some((each) => isSameName(each, name));

/** Returns the names that are not among these others, each once. */
export const namesWithout = (names: readonly string[], others: readonly string[]): readonly string[] =>
  names.filter(
    (name, index) => !hasName(others, name) && names.findIndex((each) => isSameName(each, name)) === index,
  );

/** Returns every name in a partner's record, except those that are only proposed. */
export const namesOf = ({
  name,
  otherNames = [],
  formerNames = [],
}: Pick<Partner, 'name' | 'otherNames' | 'formerNames'>): readonly string[] => [
  name,
  ...otherNames,
  ...formerNames,
];

/** Returns the proposed names. */
export const proposedNamesOf = ({ name, otherNames = [] }: ProposedNames = {}): readonly string[] =>
  name === undefined ? otherNames : [name, ...otherNames];

/**
 * Returns a partner with these names. The name that was shown before becomes a former one, unless the partner is
 * a draft: its names were never in force. A former name is never lost: it is only shown again.
 */
export function withNames(
  partner: Partner,
  { name, otherNames }: { readonly name: string; readonly otherNames: readonly string[] },
): Partner {
  const { otherNames: _other, formerNames: earlier = [], removedNames: released = [], ...rest } = partner;
  const shownBefore = partner.status === 'draft' ? [] : [partner.name];
  const formerNames = namesWithout([...earlier, ...shownBefore], [name]);
  const others = namesWithout(otherNames, [name, ...formerNames]);
  const named = { ...rest, name, otherNames: others, formerNames };
  const removedNames = namesWithout([...released, ...namesOf(partner)], namesOf(named));
  return {
    ...rest,
    name,
    ...(others.length > 0 && { otherNames: others }),
    ...(formerNames.length > 0 && { formerNames }),
    ...(removedNames.length > 0 && { removedNames: removedNames.slice(-maxNames) }),
  };
}

/** Returns a partner with its proposed names in its record, and nothing proposed. */
export function withApprovedNames({ proposed, ...partner }: Partner): Partner {
  if (proposed === undefined) return partner;
  const { name = partner.name, otherNames = [] } = proposed;
  return withNames(partner, { name, otherNames: [...(partner.otherNames ?? []), ...otherNames] });
}
