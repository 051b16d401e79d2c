import { Hono } from 'hono';
import * as z from 'zod';
import type { Faults } from '../kernel/faults.ts';
import type { Store } from '../kernel/store.ts';
import type { Activation } from './activation.ts';
import { faultAnswers, invalid, notFound, oktaFailure } from './answers.ts';
import type { Directory, OktaUser, UserStatus } from './directory.ts';
import type { TellHook, UserEvent } from './event-hook.ts';
import { groupView } from './groups.ts';
import type { Passwords } from './passwords.ts';

const required = ['login', 'email', 'firstName', 'lastName'] as const;
/** Attributes that every org's user profile has. */
const usualAttributes = [...required, 'displayName', 'mobilePhone', 'organization', 'primaryPhone'];
const longest = 100;

const newUser = z.object({
  profile: z.record(z.string(), z.string()),
  groupIds: z.array(z.string()).default([]),
  credentials: z.object({ password: z.object({ value: z.string() }) }).optional(),
});

/**
 * The states from which each lifecycle operation leads to another state
 * (https://developer.okta.com/docs/concepts/user-lifecycle/ ).
 */
const lifecycle: Readonly<
  Record<
    string,
    {
      readonly operation: string;
      readonly from: readonly UserStatus[];
      readonly to: UserStatus;
      /** What the event hook is told, if it is told at all. */
      readonly event?: UserEvent;
    }
  >
> = {
  activate: {
    operation: 'ActivateUser',
    from: ['STAGED', 'DEPROVISIONED'],
    to: 'PROVISIONED',
    event: 'user.lifecycle.activate',
  },
  deactivate: {
    operation: 'DeactivateUser',
    from: ['STAGED', 'PROVISIONED', 'ACTIVE', 'LOCKED_OUT', 'PASSWORD_EXPIRED', 'SUSPENDED'],
    to: 'DEPROVISIONED',
    event: 'user.lifecycle.deactivate',
  },
  suspend: {
    operation: 'SuspendUser',
    from: ['ACTIVE', 'PROVISIONED'],
    to: 'SUSPENDED',
    event: 'user.lifecycle.suspend',
  },
  unlock: { operation: 'UnlockUser', from: ['LOCKED_OUT'], to: 'ACTIVE' },
  expire_password: { operation: 'ExpirePassword', from: ['ACTIVE'], to: 'PASSWORD_EXPIRED' },
  unsuspend: {
    operation: 'UnsuspendUser',
    from: ['SUSPENDED'],
    to: 'ACTIVE',
    event: 'user.lifecycle.unsuspend',
  },
};

/** Creates the routes of `/api/v1/users`. */
export function userRoutes({
  store,
  directory,
  passwords,
  activation,
  tellHook,
  faults,
  profileAttributes,
}: {
  readonly store: Store;
  readonly directory: Directory;
  readonly passwords: Passwords;
  readonly activation: Activation;
  readonly tellHook: TellHook;
  readonly faults: Faults;
  /** The attributes that the org's user profile has in addition to Okta's own. */
  readonly profileAttributes: readonly string[];
}): Hono {
  const attributes = new Set([...usualAttributes, ...profileAttributes]);
  const routes = new Hono();
  const around = (operation: string, effect: () => Promise<Response> | Response): Promise<Response> =>
    faults.around('okta', operation, faultAnswers, effect);

  routes.get('/', (context) => {
    const { search, limit } = context.req.query();
    return around('ListUsers', () => {
      const found = search === undefined ? directory.users.all() : searched(directory.users.all(), search);
      return found === undefined
        ? oktaFailure(400, 'E0000031', 'Invalid search criteria.')
        : Response.json(found.slice(0, Number(limit ?? 200)).map(userView));
    });
  });

  routes.post('/', async (context) => {
    const body = newUser.safeParse(await context.req.json().catch(() => undefined));
    const activate = context.req.query('activate') !== 'false';
    return around('CreateUser', async () => {
      if (!body.success) return oktaFailure(400, 'E0000003', 'The request body was not well-formed.');
      const { profile, groupIds, credentials } = body.data;
      const password = credentials?.password.value;
      const refused =
        refusal(profile, directory, attributes) ??
        (password === undefined || passwords.isGoodEnough(password) ? undefined : weak());
      if (refused !== undefined) return refused;
      const unknown = groupIds.find((id) => directory.groups.get(id) === undefined);
      if (unknown !== undefined) return notFound(`${unknown} (Group)`);
      const activated = password === undefined ? 'PROVISIONED' : 'ACTIVE';
      const user = store.together(() => {
        const added = directory.add(profile, activate ? activated : 'STAGED', groupIds);
        if (password === undefined && activate) activation.send(added, context.req.url);
        return added;
      });
      if (activate) tellHook('user.lifecycle.activate', user);
      if (password !== undefined) await passwords.set(user.id, password);
      return Response.json(userView(user));
    });
  });

  routes.get('/:user', (context) =>
    around('GetUser', () => {
      const user = directory.find(context.req.param('user'));
      return user === undefined
        ? notFound(`${context.req.param('user')} (User)`)
        : Response.json(userView(user));
    }),
  );

  routes.get('/:user/groups', (context) =>
    around('ListUserGroups', () => {
      const user = directory.find(context.req.param('user'));
      if (user === undefined) return notFound(`${context.req.param('user')} (User)`);
      return Response.json(user.groupIds.flatMap((id) => directory.groups.get(id) ?? []).map(groupView));
    }),
  );

  // Okta deactivates a user who is not deactivated yet, and deletes one who is.
  routes.delete('/:user', (context) =>
    around('DeleteUser', () => {
      const user = directory.find(context.req.param('user'));
      if (user === undefined) return notFound(`${context.req.param('user')} (User)`);
      passwords.delete(user.id);
      if (user.status === 'DEPROVISIONED') {
        directory.users.delete(user.id);
        tellHook('user.lifecycle.delete.initiated', user);
      } else {
        directory.change(user, { status: 'DEPROVISIONED' });
        tellHook('user.lifecycle.deactivate', user);
      }
      return new Response(null, { status: 204 });
    }),
  );

  for (const [action, { operation, from, to, event }] of Object.entries(lifecycle)) {
    routes.post(`/:user/lifecycle/${action}`, (context) =>
      around(operation, () => {
        const user = directory.find(context.req.param('user'));
        if (user === undefined) return notFound(`${context.req.param('user')} (User)`);
        if (!from.includes(user.status)) {
          return oktaFailure(403, 'E0000038', "This operation is not allowed in the user's current status.");
        }
        store.together(() => {
          const changed = directory.change(user, { status: to });
          if (action === 'activate') activation.send(changed, context.req.url);
          if (action === 'deactivate') passwords.delete(user.id);
          if (action === 'unlock') passwords.unlock(user.id);
        });
        if (event !== undefined) tellHook(event, user);
        return Response.json({});
      }),
    );
  }

  return routes;
}

export const userOperations = [
  'ListUsers',
  'CreateUser',
  'GetUser',
  'DeleteUser',
  'ListUserGroups',
  ...Object.values(lifecycle).map(({ operation }) => operation),
];

/** The one search that the twin understands: users with an attribute, whose id is above another one, by id. */
const searchSyntax = /^profile\.(?<attribute>\w+) pr and id gt "(?<above>\w*)"$/u;

function searched(users: readonly OktaUser[], search: string): readonly OktaUser[] | undefined {
  const { attribute = '', above = '' } = searchSyntax.exec(search)?.groups ?? {};
  if (attribute === '') return undefined;
  return users
    .filter(({ id, profile }) => (profile[attribute] ?? '') !== '' && id > above)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

const weak = (): Response =>
  oktaFailure(400, 'E0000001', 'Api validation failed: password', [
    'password: Password requirements were not met',
  ]);

function refusal(
  profile: OktaUser['profile'],
  directory: Directory,
  attributes: ReadonlySet<string>,
): Response | undefined {
  for (const name of required) {
    if ((profile[name] ?? '') === '') return invalid(name, 'The field cannot be left blank');
  }
  for (const [name, value] of Object.entries(profile)) {
    if (!attributes.has(name)) return invalid(name, 'The attribute is not defined in the profile');
    if (value.length > longest) return invalid(name, `The field cannot be longer than ${longest} characters`);
  }
  if (directory.isTaken(profile['login'] ?? '')) {
    return invalid('login', 'An object with this field already exists in the current organization');
  }
  return undefined;
}

function userView({ id, status, created, activated, statusChanged, lastUpdated, profile }: OktaUser): object {
  return {
    id,
    status,
    created,
    activated,
    statusChanged,
    lastLogin: null,
    lastUpdated,
    passwordChanged: null,
    profile,
    credentials: { provider: { type: 'OKTA', name: 'OKTA' } },
  };
}
