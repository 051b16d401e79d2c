import { now, sessionOf, type TokenWorld } from './token-world.ts';

/** Takes the access of one whom the sign-in of the token world stands on. */
export interface Loss {
  /** What it lost: "the session, which has ended". */
  readonly what: string;
  readonly check: 'session' | 'user' | 'application' | 'provider' | 'contract' | 'partner';
  readonly lose: (world: TokenWorld) => void;
}

export function changeSignIn(
  world: TokenWorld,
  what: keyof TokenWorld['signIn'],
  changed: Readonly<Record<string, unknown>>,
): void {
  world.signIn = { ...world.signIn, [what]: { ...world.signIn[what], ...changed } };
}

function changeUser(world: TokenWorld, changed: Readonly<Record<string, unknown>>): void {
  const user = world.users.get('usr_gil');
  if (user !== undefined) world.users.set('usr_gil', { ...user, ...changed });
}

const ofSignIn = (
  check: Loss['check'] & keyof TokenWorld['signIn'],
  which: string,
  changed: Readonly<Record<string, unknown>>,
): Loss => ({
  what: `the ${check}, which ${which}`,
  check,
  lose: (world) => changeSignIn(world, check, changed),
});

export const losses: readonly Loss[] = [
  {
    what: 'the session, which has ended',
    check: 'session',
    lose: (world) => world.sessions.set('session-1', sessionOf({ endedAt: now.toISOString() })),
  },
  {
    what: 'the session, which is over for the application',
    check: 'session',
    lose: (world) => world.sessions.set('session-1', sessionOf({ endedFor: ['client-3', 'client-1'] })),
  },
  {
    what: 'the session, whose time is over',
    check: 'session',
    lose: (world) => world.sessions.set('session-1', sessionOf({ expiresAt: now.toISOString() })),
  },
  {
    what: 'the session, which is not there',
    check: 'session',
    lose: (world) => world.sessions.delete('session-1'),
  },
  {
    what: 'the user, who is not there',
    check: 'user',
    lose: (world) => world.users.delete('usr_gil'),
  },
  {
    what: 'the user, who is suspended',
    check: 'user',
    lose: (world) => changeUser(world, { status: 'suspended' }),
  },
  {
    what: "the user, who is another partner's",
    check: 'user',
    lose: (world) => changeUser(world, { partnerId: 'acme' }),
  },
  ofSignIn('application', 'is suspended', { status: 'suspended' }),
  ofSignIn('application', 'is of another environment', { environments: ['PROD'] }),
  ofSignIn('provider', 'is suspended', { status: 'suspended' }),
  ofSignIn('provider', 'has another issuer by now', { issuer: 'https://other.example' }),
  ofSignIn('provider', "does not vouch for the person's domain any more", { domains: ['other.example'] }),
  ofSignIn('provider', 'was suspended meanwhile', { signInsFrom: now.toISOString() }),
  ofSignIn('contract', 'has ended', { status: 'ended' }),
  ofSignIn('contract', 'does not allow the grant', { grants: ['client_credentials'] }),
  ofSignIn('contract', "is another partner's", { partnerId: 'acme' }),
  ofSignIn('contract', 'is over', { endsAt: now.toISOString() }),
  ofSignIn('partner', 'is suspended', { status: 'suspended' }),
];
