import type { User } from '../../core/users/user.ts';
import { pageOf } from '../../middleware/http-api/components.ts';
import { listResponse } from './lists.ts';
import { existing, recordResponse } from '../../middleware/http-api/responses.ts';
import { type OperatorOperation, operation, transitionResponse } from './operation.ts';
import { components, pageOfPartner, toStatus, user } from './schemas.ts';

function shown(record: User): User {
  const { userId, partnerId, status, version, changes } = record;
  const managed = { status, version, changes };
  if (record.origin === 'directory') {
    const { origin, profile } = record;
    return { userId, partnerId, origin, profile, ...managed };
  }
  const { origin, providerId, email, name } = record;
  return { userId, partnerId, origin, providerId, email, name, ...managed };
}

export const userOperations: readonly OperatorOperation[] = [
  operation({
    method: 'GET',
    resource: '/operator/users',
    operationId: 'listUsers',
    role: 'viewer',
    summary:
      'The users, by partner and id. Onboardings and sign-ins record them. The directory tells the state of those it vouches for.',
    query: pageOfPartner('userId'),
    answer: pageOf(components, 'UserPage', user),
    kind: 'page',
    run: ({ users }, { query }) => listResponse(users, query, ({ userId }) => [userId], shown),
  }),
  operation({
    method: 'GET',
    resource: '/operator/users/{userId}',
    operationId: 'readUser',
    role: 'viewer',
    summary: 'A user, and what the directory or the identity provider has told of it.',
    answer: user,
    run: async ({ users }, { id }) => recordResponse(shown(existing(await users.find(id('userId'))))),
  }),
  operation({
    method: 'POST',
    resource: '/operator/users/{userId}/transitions',
    operationId: 'moveUser',
    role: 'operator',
    changes: true,
    summary:
      'Changes the status. Unless a user is active, every token that names it is refused, and it gets no new one.',
    body: toStatus,
    answer: user,
    run: (deps, call) => transitionResponse(deps, call, deps.users, call.id('userId'), shown),
  }),
];
