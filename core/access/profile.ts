import { Conflict, Unavailable, ignoreNotFound } from '../errors.ts';
import type { Clock } from '../clock.ts';
import type { RecordChange } from '../lifecycle/lifecycle.ts';
import { noWait, type AwaitTurn } from '../pace/pace.ts';
import { isStopped, type User, type Users } from '../users/user.ts';
import { recordRemoval, recordUser } from '../users/user-records.ts';
import { findRecordToUndo } from '../workflow/exactly-once.ts';
import type { DirectoryUser, UserDirectory } from './ports.ts';
import type { Vendors } from './vendors.ts';
import type { FailedStep, ResourceReferences, Steps } from '../workflow/records.ts';
import type { AccessSubject } from './subject.ts';
import type { Step } from '../workflow/step.ts';
import { stepName } from './step-names.ts';

/** What the step records about its effects. */
export interface ProfileFacts {
  readonly [stepName.profile]: {
    readonly userId?: string;
    readonly groupId?: string;
  };
}

interface Dependencies {
  readonly steps: Steps<ProfileFacts>;
  readonly references: ResourceReferences;
  readonly users: Users;
  readonly clock: Clock;
  readonly directory: UserDirectory;
  readonly vendors: Pick<Vendors, 'services'>;
}

/**
 * The names of the resources that a partner's onboardings share: a profile, and its membership in a group. No
 * login contains a blank.
 */
const profileOf = ({ partnerId, request: { userId } }: AccessSubject): string =>
  profileResource({ partnerId, userId });
export const profileResource = ({ partnerId, userId }: Pick<User, 'partnerId' | 'userId'>): string =>
  `${partnerId}/${userId}`;
const membershipOf = (onboarding: AccessSubject, groupId: string): string =>
  `${profileOf(onboarding)} in ${groupId}`;

/**
 * The step that puts the partner user's profile into the product's group (WF-4). An existing profile is
 * reused only if Sallyport created it for the same partner and e-mail address. Any other profile with that
 * login belongs to somebody else.
 */
export function profileStep({
  steps,
  references,
  users,
  clock,
  directory,
  vendors,
}: Dependencies): Step<AccessSubject> {
  const changeBy = (onboardingId: string, why: string): Omit<RecordChange, 'to'> => ({
    at: clock.now().toISOString(),
    by: onboardingId,
    why,
  });
  const findOrCreate = async (
    onboarding: AccessSubject,
    groupId: string,
    awaitTurn: AwaitTurn,
  ): Promise<DirectoryUser> => {
    const { onboardingId, partnerId, request } = onboarding;
    const existing = await directory.findByLogin(request.userId);
    if (existing !== undefined) return existing;
    await references.markCreating(membershipOf(onboarding, groupId));
    await awaitTurn();
    try {
      return await directory.create(
        {
          login: request.userId,
          email: request.email,
          firstName: request.firstName,
          lastName: request.lastName,
          telephone: request.telephone,
          partnerId,
          onboardingId,
        },
        [groupId],
      );
    } catch (error) {
      // Another onboarding of the same user may have created it at the same time.
      const created = error instanceof Conflict ? await directory.findByLogin(request.userId) : undefined;
      if (created === undefined) throw error;
      return created;
    }
  };

  /**
   * Releases the references of onboardings whose profile is gone: somebody has deleted it in the directory, and
   * the present profile under this login was created after that.
   */
  const releaseStale = async (
    onboarding: AccessSubject,
    groupId: string | undefined,
    presentProfileId: string,
  ): Promise<void> => {
    const holders = await references.holders(profileOf(onboarding));
    for (const holder of holders.filter((each) => each !== onboarding.onboardingId)) {
      const facts = (await steps.find(holder, stepName.profile))?.facts;
      if (facts?.userId === undefined || facts.userId === presentProfileId) continue;
      await references.release(profileOf(onboarding), holder);
      if (groupId !== undefined) await references.release(membershipOf(onboarding, groupId), holder);
    }
  };
  const stopped = new Conflict({
    service: 'sallyport',
    operation: stoppedUserOperation,
    detail: stoppedByOperator,
  });

  return {
    name: stepName.profile,

    apply: async (onboarding, _event, awaitTurn = noWait) => {
      const { onboardingId, partnerId, request, plan } = onboarding;
      const { record } = await steps.intend(onboardingId, stepName.profile);
      if (record.state === 'applied') return;
      const groupId = await directory.groupIdByName(plan.group);
      await steps.note(onboardingId, stepName.profile, { groupId });
      for (const shared of [profileOf(onboarding), membershipOf(onboarding, groupId)]) {
        if (await references.acquire(shared, onboardingId)) continue;
        throw new Unavailable({
          service: 'sallyport',
          operation: 'ClaimProfile',
          detail: 'the profile is being removed by another onboarding',
        });
      }
      // Nobody is created, and sent a mail, only to be stopped.
      if (isStopped(await users.find(request.userId))) throw stopped;
      const user = await findOrCreate(onboarding, groupId, awaitTurn);
      const conflict = findProfileConflict(user, onboarding);
      if (conflict !== undefined) {
        throw new Conflict({ service: vendors.services.directory, operation: 'GetUser', detail: conflict });
      }
      const recorded = await recordUser(
        users,
        { userId: request.userId, partnerId, profileId: user.userId, since: user.since },
        changeBy(onboardingId, 'Onboarded'),
      );
      if (recorded === 'stopped') throw stopped;

      if (!(await directory.groupIdsOf(user.userId)).includes(groupId)) {
        await references.markCreating(membershipOf(onboarding, groupId));
        await directory.addToGroup(user.userId, groupId);
      }
      await steps.applied(onboardingId, stepName.profile, { userId: user.userId, groupId });
    },

    undo: async (onboarding, awaitTurn = noWait) => {
      const { onboardingId, partnerId, request } = onboarding;
      const record = await findRecordToUndo(steps, onboardingId, stepName.profile);
      if (record === undefined) return;
      const { groupId } = record.facts;

      const user = await directory.findByLogin(request.userId);
      if (user !== undefined) await releaseStale(onboarding, groupId, user.userId);
      const profile = await references.release(profileOf(onboarding), onboardingId);
      const membership =
        groupId === undefined
          ? undefined
          : await references.release(membershipOf(onboarding, groupId), onboardingId);
      // The tokens of the user stop before the profile goes.
      if (profile.last) {
        await recordRemoval(
          users,
          { userId: request.userId, partnerId },
          changeBy(onboardingId, 'No onboarding refers to the user any more'),
        );
      }
      if (user?.partnerId === partnerId) {
        // A profile without an onboarding's mark is not deleted, because somebody created it by hand.
        await awaitTurn();
        if (profile.last && user.onboardingId !== undefined) {
          await ignoreNotFound(directory.delete(user.userId));
        } else if (groupId !== undefined && membership?.last === true && membership.made) {
          await ignoreNotFound(directory.removeFromGroup(user.userId, groupId));
        }
      }
      if (groupId !== undefined && membership?.last === true) {
        await references.clear(membershipOf(onboarding, groupId));
      }
      if (profile.last) await references.clear(profileOf(onboarding));
      await steps.undone(onboardingId, stepName.profile);
    },
  };
}

/** Why a user whom operators have stopped gets no access, for tickets. */
export const stoppedByOperator = 'an operator has suspended or ended the user';

/** The operation that the error names if the step was not applied because operators have stopped the user. */
const stoppedUserOperation = 'RecordUser';

/** Tells whether a step failed because operators have stopped the user. */
export const isForStoppedUser = ({ failure: { service, operation } }: Pick<FailedStep, 'failure'>): boolean =>
  service === 'sallyport' && operation === stoppedUserOperation;

/** Says why an onboarding must not use an existing profile. Undefined if it may. */
export function findProfileConflict(
  user: DirectoryUser,
  { partnerId, request }: Pick<AccessSubject, 'partnerId' | 'request'>,
): string | undefined {
  if (user.partnerId === undefined) return 'the user id belongs to somebody who is no partner user';
  if (user.partnerId !== partnerId) return 'the user id belongs to a user of another partner';
  if (user.email.toLowerCase() !== request.email.toLowerCase()) {
    return 'the user id belongs to a user with another e-mail address';
  }
  if (!user.active) return 'the profile under this user id is suspended or deactivated';
  return undefined;
}
