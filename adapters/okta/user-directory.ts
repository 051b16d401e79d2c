import * as z from 'zod/mini';
import { NotFound } from '../../core/errors.ts';
import type { DirectoryUser, NewDirectoryUser, UserDirectory } from '../../core/access/ports.ts';
import { type CallLimits, usualLimits } from '../http/json-call.ts';
import { createOAuthApi } from '../http/oauth-api.ts';
import type { OktaApp } from './client-assertion.ts';
import { oktaError } from './errors.ts';
import { type UserAnswer, oktaUser, sinceOf, stateOf } from './profile.ts';
import { createTokenRequest, type OktaRights, oktaTokenPath } from './service-app.ts';

export interface UserDirectoryOptions extends OktaApp {
  /** The rights that the application requests from Okta. The default is `manager`. */
  readonly rights?: OktaRights;
  readonly limits?: CallLimits;
}

const groups = z.array(
  z.object({
    id: z.string().check(z.minLength(1)),
    type: z.string(),
    profile: z.object({ name: z.string() }),
  }),
);

/**
 * Creates the user directory on Okta's Users and Groups API
 * (https://developer.okta.com/docs/api/openapi/okta-management/).
 */
export function createUserDirectory({
  rights = 'manager',
  limits = usualLimits,
  ...app
}: UserDirectoryOptions): UserDirectory {
  const api = createOAuthApi({
    service: 'okta',
    url: app.orgUrl,
    tokenPath: oktaTokenPath,
    tokenRequest: createTokenRequest(app, rights),
    errorFor: oktaError,
    clock: app.clock,
    limits,
  });
  const deleteOnce = (userId: string): Promise<unknown> =>
    api.call({ operation: 'DeleteUser', method: 'DELETE', path: userPath(userId) }, z.undefined());

  return {
    findByLogin: async (login) => {
      const found = await orUndefined(
        api.call({ operation: 'GetUser', method: 'GET', path: userPath(login) }, oktaUser),
      );
      // Okta also finds users by id and by the part of a login before the @. Those are other users.
      return found?.profile.login.toLowerCase() === login.toLowerCase() ? toDirectoryUser(found) : undefined;
    },

    create: async (person, groupIds) => {
      const body = { profile: toProfile(person), groupIds };
      const call = {
        operation: 'CreateUser',
        method: 'POST',
        path: '/api/v1/users?activate=true',
        body,
      } as const;
      return toDirectoryUser(await api.call(call, oktaUser));
    },

    delete: async (userId) => {
      // The first DELETE only deactivates an active user, and the second deletes it. If the user was already
      // deactivated, the first one deletes it and the second returns 404.
      await deleteOnce(userId);
      await orUndefined(deleteOnce(userId));
    },

    groupIdByName: async (name) => {
      const path = `/api/v1/groups?q=${encodeURIComponent(name)}`;
      const found = await api.call({ operation: 'ListGroups', method: 'GET', path }, groups);
      // `q` matches every name with this prefix. Groups that an application imported cannot be changed by
      // hand.
      const group = found.find(({ type, profile }) => type === 'OKTA_GROUP' && profile.name === name);
      if (group === undefined) {
        throw new NotFound({ service: 'okta', operation: 'ListGroups', detail: 'no group of this name' });
      }
      return group.id;
    },

    groupIdsOf: async (userId) => {
      const found = await api.call(
        { operation: 'ListUserGroups', method: 'GET', path: `${userPath(userId)}/groups` },
        groups,
      );
      return found.map(({ id }) => id);
    },

    addToGroup: async (userId, groupId) => {
      await api.call(
        { operation: 'AddUserToGroup', method: 'PUT', path: memberPath(userId, groupId) },
        z.undefined(),
      );
    },

    removeFromGroup: async (userId, groupId) => {
      await api.call(
        { operation: 'RemoveUserFromGroup', method: 'DELETE', path: memberPath(userId, groupId) },
        z.undefined(),
      );
    },
  };
}

const userPath = (idOrLogin: string): string => `/api/v1/users/${encodeURIComponent(idOrLogin)}`;

const memberPath = (userId: string, groupId: string): string =>
  `/api/v1/groups/${encodeURIComponent(groupId)}/users/${encodeURIComponent(userId)}`;

const toProfile = ({
  telephone,
  partnerId,
  onboardingId,
  ...names
}: NewDirectoryUser): Record<string, string> => ({
  ...names,
  primaryPhone: telephone,
  sallyportPartner: partnerId,
  sallyportOnboarding: onboardingId,
});

function toDirectoryUser(user: UserAnswer): DirectoryUser {
  const { id, profile } = user;
  return {
    userId: id,
    login: profile.login,
    email: profile.email,
    active: stateOf(user) === 'active',
    since: sinceOf(user),
    ...(profile.sallyportPartner ? { partnerId: profile.sallyportPartner } : {}),
    ...(profile.sallyportOnboarding ? { onboardingId: profile.sallyportOnboarding } : {}),
  };
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}
