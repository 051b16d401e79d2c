import * as z from 'zod/mini';
import type { ProfileState } from '../../core/users/user.ts';

/**
 * A user as Okta's API returns it. `sallyportPartner` and `sallyportOnboarding` are custom attributes of the
 * org's user profile.
 */
export const oktaUser = z.object({
  id: z.string().check(z.minLength(1)),
  status: z.string(),
  created: z.string(),
  statusChanged: z.nullish(z.string()),
  profile: z.object({
    login: z.string(),
    email: z.string(),
    sallyportPartner: z.nullish(z.string()),
    sallyportOnboarding: z.nullish(z.string()),
  }),
});
export type UserAnswer = z.infer<typeof oktaUser>;

/**
 * All statuses except SUSPENDED and DEPROVISIONED:
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
 */
const activeStatuses = new Set([
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'RECOVERY',
  'PASSWORD_EXPIRED',
  'LOCKED_OUT',
]);

/** Returns what a status allows: a user who is only suspended or deactivated must not get access. */
export const stateOf = ({ status }: Pick<UserAnswer, 'status'>): Exclude<ProfileState, 'deleted'> =>
  activeStatuses.has(status) ? 'active' : 'inactive';

/** Returns since when a user is in its status. */
export const sinceOf = ({ statusChanged, created }: Pick<UserAnswer, 'statusChanged' | 'created'>): string =>
  statusChanged ?? created;
