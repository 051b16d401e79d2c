import * as z from 'zod/mini';
import { NotFound } from '../../core/errors.ts';
import type { PartnerProfile, PartnerProfiles } from '../../core/users/sweep.ts';
import type { UserProfile } from '../../core/users/user.ts';
import { usualLimits } from '../http/json-call.ts';
import { createOAuthApi } from '../http/oauth-api.ts';
import type { OktaApp } from './client-assertion.ts';
import { oktaError } from './errors.ts';
import { type UserAnswer, oktaUser, sinceOf, stateOf } from './profile.ts';
import { createTokenRequest, oktaTokenPath } from './service-app.ts';

/** The most users that Okta returns in one page of a search. */
const pageSize = 200;

const userPage = z.array(oktaUser);

const profileOf = (user: UserAnswer): UserProfile => ({
  profileId: user.id,
  state: stateOf(user),
  since: sinceOf(user),
});

/**
 * Creates the reader of partners' profiles. It finds them by their mark, in the order of their ids, so that a list
 * of any length can be read while users come and go.
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/#tag/User/operation/listUsers
 */
export function createPartnerProfiles(app: OktaApp): PartnerProfiles {
  const api = createOAuthApi({
    service: 'okta',
    url: app.orgUrl,
    tokenPath: oktaTokenPath,
    tokenRequest: createTokenRequest(app, 'reader'),
    errorFor: oktaError,
    clock: app.clock,
    limits: usualLimits,
  });
  const pageAbove = (id: string): Promise<readonly UserAnswer[]> => {
    const query = new URLSearchParams({
      search: `profile.sallyportPartner pr and id gt "${id}"`,
      sortBy: 'id',
      sortOrder: 'asc',
      limit: String(pageSize),
    });
    return api.call(
      { operation: 'ListUsers', method: 'GET', path: `/api/v1/users?${query.toString()}` },
      userPage,
    );
  };

  return {
    async *list(): AsyncGenerator<PartnerProfile> {
      let last = '';
      for (;;) {
        const users = await pageAbove(last);
        for (const user of users) {
          const { login, sallyportPartner: partnerId } = user.profile;
          last = user.id;
          if (partnerId) yield { ...profileOf(user), userId: login.toLowerCase(), partnerId };
        }
        if (users.length < pageSize) return;
      }
    },
    stateOf: async (profileId) => {
      try {
        const path = `/api/v1/users/${encodeURIComponent(profileId)}`;
        const user = await api.call({ operation: 'GetUser', method: 'GET', path }, oktaUser);
        return profileOf(user);
      } catch (error) {
        if (error instanceof NotFound) return undefined;
        throw error;
      }
    },
  };
}
