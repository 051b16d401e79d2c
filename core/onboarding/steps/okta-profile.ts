import { Conflict, Unavailable, unlessGone } from '../../errors.ts';
import type { DirectoryUser, UserDirectory } from '../ports.ts';
import type { Onboarding, ProfileClaims, Steps } from '../records.ts';
import type { Step } from './step.ts';

interface Dependencies {
  readonly steps: Steps;
  readonly claims: ProfileClaims;
  readonly directory: UserDirectory;
}

/** What several onboardings may rely on beside the profile: its place in a group. No login holds a blank. */
const membershipOf = (login: string, groupId: string): string => `${login} in ${groupId}`;

/**
 * WF-4: the partner user's profile in the product's group. An existing profile is reused only if Sallyport
 * made it for the same partner and e-mail address; anything else under that login is somebody else's.
 */
export function oktaProfile({ steps, claims, directory }: Dependencies): Step {
  const findOrCreate = async (onboarding: Onboarding, groupId: string): Promise<DirectoryUser> => {
    const { onboardingId, partnerId, request } = onboarding;
    const existing = await directory.findByLogin(request.userId);
    if (existing !== undefined) return existing;
    try {
      return await directory.create({
        login: request.userId, email: request.email, firstName: request.firstName, lastName: request.lastName,
        telephone: request.telephone, partnerId, onboardingId,
      }, [groupId]);
    } catch (error) {
      // Another onboarding of the same user may have been quicker.
      const made = error instanceof Conflict ? await directory.findByLogin(request.userId) : undefined;
      if (made === undefined) throw error;
      return made;
    }
  };

  return {
    name: 'okta-profile',

    apply: async (onboarding) => {
      const { onboardingId, request, plan } = onboarding;
      const { record } = await steps.intend(onboardingId, 'okta-profile');
      if (record.state === 'applied') return;
      const groupId = await directory.groupIdByName(plan.group);
      await steps.note(onboardingId, 'okta-profile', { groupId });
      for (const shared of [request.userId, membershipOf(request.userId, groupId)]) {
        if (await claims.claim(shared, onboardingId)) continue;
        throw new Unavailable({ service: 'sallyport', operation: 'ClaimProfile', detail: 'the profile is being removed by another onboarding' });
      }
      const user = await findOrCreate(onboarding, groupId);
      const taken = whyNotReusable(user, onboarding);
      if (taken !== undefined) throw new Conflict({ service: 'okta', operation: 'GetUser', detail: taken });

      const facts = { userId: user.userId, groupId };
      if (!(await directory.groupIdsOf(user.userId)).includes(groupId)) {
        await steps.note(onboardingId, 'okta-profile', { ...facts, addedMembership: true });
        await directory.addToGroup(user.userId, groupId);
      }
      await steps.applied(onboardingId, 'okta-profile', facts);
    },

    undo: async ({ onboardingId, partnerId, request }) => {
      const record = await steps.find(onboardingId, 'okta-profile');
      if (record === undefined || record.state === 'undone') return;
      const { userId, groupId, addedMembership } = record.facts;
      const membership = groupId === undefined ? undefined : membershipOf(request.userId, groupId);

      const user = await directory.findByLogin(request.userId);
      const profileLeft = await claims.release(request.userId, onboardingId);
      const membershipLeft = membership === undefined ? 'others' : await claims.release(membership, onboardingId);
      if (user !== undefined) {
        const gaveMembership = user.onboardingId === onboardingId || (addedMembership === true && userId === user.userId);
        // A profile without an onboarding's mark was there before: somebody made it by hand.
        if (profileLeft === 'last' && user.partnerId === partnerId && user.onboardingId !== undefined) {
          await unlessGone(directory.delete(user.userId));
        } else if (membershipLeft === 'last' && gaveMembership && groupId !== undefined) {
          await unlessGone(directory.removeFromGroup(user.userId, groupId));
        }
      }
      if (membership !== undefined && membershipLeft === 'last') await claims.forget(membership);
      if (profileLeft === 'last') await claims.forget(request.userId);
      await steps.undone(onboardingId, 'okta-profile');
    },
  };
}

/** What keeps an onboarding from using an existing profile, if anything does. */
export function whyNotReusable(user: DirectoryUser, { partnerId, request }: Pick<Onboarding, 'partnerId' | 'request'>): string | undefined {
  if (user.partnerId === undefined) return 'the user id belongs to somebody who is no partner user';
  if (user.partnerId !== partnerId) return 'the user id belongs to a user of another partner';
  if (user.email.toLowerCase() !== request.email.toLowerCase()) return 'the user id belongs to a user with another e-mail address';
  if (!user.active) return 'the profile under this user id is suspended or deactivated';
  return undefined;
}
