import { Hono } from 'hono';
import type { Faults } from '../kernel/faults.ts';
import { faultAnswers, notFound } from './answers.ts';
import type { Directory, OktaGroup, OktaUser } from './directory.ts';

export const groupOperations = ['ListGroups', 'AddUserToGroup', 'RemoveUserFromGroup'];

export const groupView = (group: OktaGroup): object => ({
  ...group,
  lastUpdated: group.created,
  objectClass: ['okta:user_group'],
});

/** Creates the routes of `/api/v1/groups`. */
export function groupRoutes(directory: Directory, faults: Faults): Hono {
  const routes = new Hono();
  const around = (operation: string, effect: () => Response): Promise<Response> =>
    faults.around('okta', operation, faultAnswers, effect);
  const withMember = (
    userId: string,
    groupId: string,
    next: (user: OktaUser) => readonly string[],
  ): Response => {
    if (directory.groups.get(groupId) === undefined) return notFound(`${groupId} (Group)`);
    const user = directory.users.get(userId);
    if (user === undefined) return notFound(`${userId} (User)`);
    directory.change(user, { groupIds: next(user) });
    return new Response(null, { status: 204 });
  };

  routes.get('/', (context) =>
    around('ListGroups', () => {
      const start = (context.req.query('q') ?? '').toLowerCase();
      const found = directory.groups
        .all()
        .filter((group) => group.profile.name.toLowerCase().startsWith(start));
      return Response.json(found.map(groupView));
    }),
  );

  routes.put('/:group/users/:user', (context) => {
    const { group, user } = context.req.param();
    return around('AddUserToGroup', () =>
      withMember(user, group, ({ groupIds }) => [...new Set([...groupIds, group])]),
    );
  });

  routes.delete('/:group/users/:user', (context) => {
    const { group, user } = context.req.param();
    return around('RemoveUserFromGroup', () =>
      withMember(user, group, ({ groupIds }) => groupIds.filter((id) => id !== group)),
    );
  });

  return routes;
}
