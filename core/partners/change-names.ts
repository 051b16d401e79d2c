import { isDeepStrictEqual } from 'node:util';
import { amend, withoutProposal } from '../lifecycle/change.ts';
import {
  type ChangeContext,
  changeBy,
  changeRecord,
  type ChangeResult,
  changeStatus,
  missingRole,
} from '../operators/change-record.ts';
import { roleForChange } from '../operators/roles.ts';
import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';
import { maxNames, namesOf, namesWithout, proposedNamesOf, withApprovedNames, withNames } from './names.ts';
import { type NameLooks, removeLooks } from './look-alikes.ts';
import type { Partner, Partners } from './partner.ts';
import { findTakenName, type NameReservation, reserveNames, type TakenName } from './reserve-names.ts';

/** The result of a change of a partner that may concern its names. */
export type NamesResult =
  | ChangeResult<Partner>
  | ({ readonly outcome: 'name_taken' } & TakenName)
  /** While a partner is suspended, its names are not released. */
  | { readonly outcome: 'names_kept'; readonly names: readonly string[] }
  | { readonly outcome: 'too_many_names' };

interface Dependencies extends NameReservation {
  readonly nameLooks: Pick<NameLooks, 'remove'>;
}

interface Target {
  readonly id: string;
  /** Tells whether the operator has seen this version. */
  readonly seen: (version: number) => boolean;
  readonly act: ChangeContext;
}

/**
 * Changes the names of a partner. A name that the partner does not have yet lets requests under it act for the
 * partner. So a new name of an active or suspended partner is only proposed, and an approver puts it in force.
 * The names of a draft change at once, because another person has to activate it anyway.
 *
 * A name that is no longer shown becomes a former name. Former names go on leading to the partner, so that a
 * request under one of them neither creates a second partner nor gets round a suspension. Other names can be
 * removed, but not while the partner is suspended. A draft keeps no former names.
 * @param wanted the names that the partner is to have; without `otherNames` those stay as they are
 */
export async function changeNames(
  deps: Dependencies,
  {
    id,
    seen,
    act,
    wanted: { name, otherNames },
  }: Target & { readonly wanted: { readonly name: string; readonly otherNames?: readonly string[] } },
): Promise<NamesResult> {
  const before = await deps.partners.find(id);
  if (before === undefined) return { outcome: 'missing' };
  if (!seen(before.version)) return { outcome: 'stale' };

  const content = changedContent(before, { name, otherNames: otherNames ?? before.otherNames ?? [] });
  if (isDeepStrictEqual(content, before)) {
    await releaseRemoved(deps, before);
    return { outcome: 'unchanged', record: before };
  }
  const removed = namesWithout(namesOf(before), namesOf(content));
  if (before.status === 'suspended' && removed.length > 0) return { outcome: 'names_kept', names: removed };
  if (namesOf(content).length + proposedNamesOf(content.proposed).length > maxNames) {
    return { outcome: 'too_many_names' };
  }

  const added = namesWithout(namesOf(content), namesOf(before));
  const proposed = namesWithout(proposedNamesOf(content.proposed), proposedNamesOf(before.proposed));
  const onlyProposes = isDeepStrictEqual(withoutProposal(content), withoutProposal(before));
  const taken = await findTakenName(deps, id, proposed);
  if (taken !== undefined) return { outcome: 'name_taken', ...taken };

  const result = await withReservedNames(
    deps,
    act,
    () => added,
    (partners) =>
      changeRecord(partners, {
        id,
        matchesVersion: (version) => version === before.version,
        objection: ({ status }) => (onlyProposes ? undefined : missingRole(act, roleForChange(status))),
        next: (record) =>
          amend<Partner>(record, content, {
            ...changeBy(act),
            ...(proposed.length > 0 && { proposal: 'made' }),
            ...(added.length + proposed.length > 0 && { addedNames: [...added, ...proposed] }),
            ...(removed.length > 0 && { removedNames: removed }),
          }),
      }),
  );
  if (result.outcome !== 'changed') return result;
  await releaseRemoved(deps, result.record);
  return { ...result, affectsCalls: result.affectsCalls && !onlyProposes };
}

/** Returns the partner with the names that it is to have. New names are proposed, unless it is a draft. */
function changedContent(
  before: Partner,
  wanted: { readonly name: string; readonly otherNames: readonly string[] },
): Partner {
  const target = withNames(before, wanted);
  const fresh = namesWithout(namesOf(target), namesOf(before));
  const isOrWasActive = before.status === 'active' || before.status === 'suspended';
  if (!isOrWasActive || fresh.length === 0) return target;

  const { proposed = {} } = before;
  const renamed = fresh.includes(wanted.name);
  const name = renamed ? wanted.name : proposed.name;
  const otherNames = namesWithout(
    [...(proposed.otherNames ?? []), ...fresh],
    name === undefined ? [] : [name],
  );
  const inForce = withNames(before, {
    name: renamed ? before.name : wanted.name,
    otherNames: namesWithout(target.otherNames ?? [], fresh),
  });
  return {
    ...inForce,
    proposed: { ...(name !== undefined && { name }), ...(otherNames.length > 0 && { otherNames }) },
  };
}

/**
 * Changes the status of a partner. An activation puts its proposed names in force, unless another partner has
 * got one of them meanwhile. The end of a draft releases its names.
 */
export async function movePartner(
  deps: Dependencies,
  {
    id,
    seen,
    act,
    to,
    namesOneVersion,
  }: Target & { readonly to: LifecycleStatus; readonly namesOneVersion: boolean },
): Promise<NamesResult> {
  let approved: readonly string[] = [];
  const result = await withReservedNames(
    deps,
    act,
    () => approved,
    (partners) =>
      changeStatus(partners, {
        id,
        matchesVersion: seen,
        namesOneVersion,
        act,
        to,
        putInForce: (record) => {
          approved = namesWithout(proposedNamesOf(record.proposed), namesOf(record));
          return withApprovedNames(record);
        },
      }),
  );
  if (result.outcome === 'changed' && to === 'ended') await releaseRemoved(deps, result.record);
  return result;
}

/**
 * Makes a change, and reserves names between its checks and its write. Nothing is written if another partner
 * has one of the names. A crash in between leaves a name that leads to the partner and is not in its record;
 * the same change once more puts it there.
 */
async function withReservedNames(
  deps: NameReservation,
  act: ChangeContext,
  names: () => readonly string[],
  change: (partners: Pick<Partners, 'find' | 'replace'>) => Promise<ChangeResult<Partner>>,
): Promise<NamesResult> {
  const found: { taken?: TakenName } = {};
  const result = await change({
    find: (id) => deps.partners.find(id),
    replace: async (record) => {
      const taken = await reserveNames(deps, record, names(), act);
      if (taken === undefined) return deps.partners.replace(record);
      found.taken = taken;
      return false;
    },
  });
  return found.taken === undefined ? result : { outcome: 'name_taken', ...found.taken };
}

/**
 * Releases the names that a partner has lost, also by an earlier change that did not get this far. Their looks go,
 * too, so that no number of released names hides the partners that look like them.
 */
async function releaseRemoved({ partnerNames, nameLooks }: Dependencies, partner: Partner): Promise<void> {
  const { partnerId } = partner;
  for (const name of lostNamesOf(partner)) {
    await partnerNames.release(name, partner);
    // A later change may have reserved the name once more.
    if ((await partnerNames.find(name)) !== partnerId) await removeLooks({ nameLooks }, { partnerId, name });
  }
}

/**
 * Returns the names that nothing keeps for a partner. A suspended partner keeps those that were removed, and so
 * does one that ended after it was active: a request under such a name would get round the suspension or the end.
 */
function lostNamesOf(partner: Partner): readonly string[] {
  const { status, removedNames = [] } = partner;
  if (status === 'active' || status === 'draft') return removedNames;
  return wasOnlyDraft(partner) ? [...removedNames, ...namesOf(partner)] : [];
}

/** Tells whether a partner ended as a draft. If its changes do not tell any more, it counts as not. */
function wasOnlyDraft({ status, changes }: Partner): boolean {
  const statuses = changes.flatMap(({ to }) => (to === undefined ? [] : [to]));
  return status === 'ended' && statuses.at(-2) === 'draft';
}
