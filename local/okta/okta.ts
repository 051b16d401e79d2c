import { Hono } from 'hono';
import type { TwinClock } from '../kernel/clock.ts';
import type { Faults } from '../kernel/faults.ts';
import type { InboxMail } from '../kernel/inbox.ts';
import type { Collection, Store } from '../kernel/store.ts';
import { createActivation } from './activation.ts';
import { notAllowed, oktaFailure, tooMany } from './answers.ts';
import {
  authorizationServer,
  authorizationServerOperations,
  authorizationServerPath,
} from './authorization-server.ts';
import type { RegisteredApp } from './client-assertions.ts';
import { openDirectory } from './directory.ts';
import { createEventHook, eventHookOperation, type EventHookTarget, type TellHook } from './event-hook.ts';
import { factorOperations, factorRoutes } from './factors.ts';
import { groupOperations, groupRoutes } from './groups.ts';
import { openPasswords } from './passwords.ts';
import { createTokenEndpoint } from './token-endpoint.ts';
import { userOperations, userRoutes } from './users.ts';

export interface OktaOptions {
  readonly store: Store;
  readonly clock: TwinClock;
  readonly faults: Faults;
  readonly inbox: Collection<InboxMail>;
  /** The names of the groups that exist from the start. */
  readonly groups: readonly string[];
  /** The attributes that the org's user profile has in addition to Okta's own. */
  readonly profileAttributes?: readonly string[];
  /** The attributes that ID tokens contain as claims, in addition to the standard claims. */
  readonly idTokenClaims?: readonly string[];
  /** The application that manages users and groups. */
  readonly serviceApp: RegisteredApp;
  /** The application that may only look users up. */
  readonly readerApp?: RegisteredApp;
  /** The application that may only request users' tokens with their passwords. */
  readonly loginApp: RegisteredApp;
  /** The event hook that is registered. */
  readonly eventHook?: EventHookTarget;
}

/** An administrator's API token for people who explore the twin: `Authorization: SSWS twin`. */
const adminToken = 'SSWS twin';

const callsPerMinute = 10_000;

/**
 * Creates an Okta org: token endpoints, users with their lifecycle and passwords, groups, error bodies, rate
 * limit, and activation by mail.
 */
export function createOkta({
  store,
  clock,
  faults,
  inbox,
  groups,
  profileAttributes = [],
  idTokenClaims = [],
  serviceApp,
  readerApp,
  loginApp,
  eventHook,
}: OktaOptions): Hono {
  faults.register('okta', [
    'Token',
    ...authorizationServerOperations,
    ...userOperations,
    ...factorOperations,
    ...groupOperations,
    eventHookOperation,
  ]);
  const directory = openDirectory(store, clock, groups);
  const passwords = openPasswords(store, directory);
  const activation = createActivation({ store, clock, inbox, directory, passwords });
  const tokens = createTokenEndpoint(
    [
      {
        ...serviceApp,
        scopes: ['okta.users.manage', 'okta.users.read', 'okta.groups.manage', 'okta.groups.read'],
      },
      ...(readerApp === undefined ? [] : [{ ...readerApp, scopes: ['okta.users.read'] }]),
    ],
    clock,
    faults,
  );
  const rateLimit = createRateLimit(clock);
  const tellHook: TellHook =
    eventHook === undefined ? () => undefined : createEventHook(eventHook, { clock, faults });

  const refusal = (request: Request): Response | undefined => {
    const authorization = request.headers.get('authorization') ?? '';
    if (authorization === adminToken) return undefined;
    const scopes = tokens.scopesOf(authorization.replace(/^Bearer /, ''));
    if (scopes === undefined) return oktaFailure(401, 'E0000011', 'Invalid token provided');
    const resource = new URL(request.url).pathname.startsWith('/api/v1/groups')
      ? 'okta.groups'
      : 'okta.users';
    const enough =
      scopes.has(`${resource}.manage`) || (request.method === 'GET' && scopes.has(`${resource}.read`));
    return enough ? undefined : notAllowed();
  };

  const app = new Hono();
  app.route('/', tokens.routes);
  app.route(
    authorizationServerPath,
    authorizationServer({ store, clock, faults, directory, passwords, loginApp, idTokenClaims }),
  );
  app.route('/welcome', activation.routes);
  app.use('/api/v1/*', async (context, next) => {
    const { remaining, headers } = rateLimit();
    const refused = remaining < 0 ? tooMany() : refusal(context.req.raw);
    if (refused === undefined) await next();
    else context.res = refused;
    for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
  });
  app.route(
    '/api/v1/users',
    userRoutes({ store, directory, passwords, activation, tellHook, faults, profileAttributes }),
  );
  app.route('/api/v1/users', factorRoutes(directory, clock, faults));
  app.route('/api/v1/groups', groupRoutes(directory, faults));
  app.notFound(() => oktaFailure(404, 'E0000008', 'The requested path was not found'));
  return app;
}

/** Creates the rate limit of the whole org, which is reset each minute. */
function createRateLimit(clock: TwinClock): () => { remaining: number; headers: Record<string, string> } {
  let minute = 0;
  let calls = 0;
  return () => {
    const now = clock.now();
    const current = Math.floor(now.getTime() / 60_000);
    calls = current === minute ? calls + 1 : 1;
    minute = current;
    const remaining = callsPerMinute - calls;
    return {
      remaining,
      headers: {
        date: now.toUTCString(),
        'x-rate-limit-limit': String(callsPerMinute),
        'x-rate-limit-remaining': String(Math.max(0, remaining)),
        'x-rate-limit-reset': String((current + 1) * 60),
      },
    };
  };
}
