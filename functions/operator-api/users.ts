import type { User } from '../../core/users/user.ts';
import { pageOf } from '../../middleware/http-api/components.ts';
import { listResponse } from './lists.ts';
import { existing, recordResponse } from '../../middleware/http-api/responses.ts';
import { type OperatorOperation, operation, transitionResponse } from './operation.ts';
import { components, pageOfPartner, toStatus, user } from './schemas.ts';

const shown = ({ userId, partnerId, origin, profile, status, version, changes }: User): User => ({
  userId,
  partnerId,
  origin,
  profile,
  status,
  version,
  changes,
});

export const userOperations: readonly OperatorOperation[] = [
  operation({
    method: 'GET',
    resource: '/operator/users',
    operationId: 'listUsers',
    role: 'viewer',
    summary: 'The users, by partner and id. Onboardings record them, and the directory tells their state.',
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
    summary: 'A user, and what the directory has told of its profile.',
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
