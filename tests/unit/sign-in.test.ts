import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { userIdOf } from '../../core/federation/binding.ts';
import { SignInRefused } from '../../core/federation/refused.ts';
import {
  type BegunSignIn,
  beginSignIn,
  chooseProvider,
  finishSignIn,
} from '../../core/federation/sign-in.ts';
import { createSignInWorld, digestOf, sent, type SignInWorld } from '../support/fakes/sign-in-world.ts';
import { later, now, publicUrl, redirectUri } from '../support/fakes/token-world.ts';

type World = ReturnType<typeof createSignInWorld>;

const begin = (
  { signIn }: World,
  changed: Readonly<Record<string, string | undefined>> = {},
  browser: Parameters<typeof beginSignIn>[2] = {},
  repeated: readonly string[] = [],
): Promise<BegunSignIn> => beginSignIn(signIn, { values: { ...sent, ...changed }, repeated }, browser);

/** Begins a sign-in and returns what the browser then has. */
async function asked(made: World): Promise<{ readonly state: string; readonly browserSecret: string }> {
  const begun = await begin(made);
  if (begun.outcome !== 'asked') throw new Error(begun.outcome);
  return begun;
}

/** Signs in up to the provider, and returns what the provider sends back. */
async function atProvider(made: World) {
  const browser = await asked(made);
  const location = await chooseProvider(made.signIn, browser.state, browser, 'gil@globex.example');
  expect(location).toBe(`https://login.acme.example/authorize?state=${browser.state}`);
  return { browser, answer: new URLSearchParams({ code: 'code of the provider', state: browser.state }) };
}

const checkOf = async (step: Promise<unknown>): Promise<string> =>
  step.then(
    () => 'no refusal',
    (error: unknown) => {
      if (error instanceof SignInRefused) return error.check;
      throw error;
    },
  );
const parametersOf = (location: string) => Object.fromEntries(new URL(location).searchParams);

describe('OAU-3 the request of an application', () => {
  test('binds the attempt to the browser, and asks who the person is', async () => {
    const made = createSignInWorld();
    expect(await begin(made)).toEqual({ outcome: 'asked', state: 'secret-1', browserSecret: 'secret-2' });
    expect(made.world.attempts).toEqual(
      new Map([
        [
          'secret-1',
          {
            browserHash: digestOf('secret-2'),
            stage: 'begun',
            expiresAt: later(1800).toISOString(),
            request: {
              applicationId: 'application-1',
              clientId: 'client-1',
              redirectUri,
              state: sent.state,
              nonce: 'nonce-1',
              codeChallenge: sent.code_challenge,
              scopes: ['openid', 'email', 'credit-reports/read'],
              prompt: [],
            },
          },
        ],
      ]),
    );
  });

  test('of a browser that is known keeps its cookie', async () => {
    const made = createSignInWorld();
    expect(await begin(made, {}, { browserSecret: 'the cookie' })).toEqual({
      outcome: 'asked',
      state: 'secret-1',
      browserSecret: 'the cookie',
    });
  });

  // Threat T-120
  test.each<[what: string, changed: Readonly<Record<string, string | undefined>>, repeated?: string[]]>([
    ['no client', { client_id: undefined }],
    ['two clients', {}, ['client_id']],
    ['an unknown client', { client_id: 'client-9' }],
    ['no address', { redirect_uri: undefined }],
    ['two addresses', {}, ['redirect_uri']],
    ['an address below a registered one', { redirect_uri: `${redirectUri}/more` }],
    ['an address with another query', { redirect_uri: redirectUri.replace('kept=1', 'kept=2') }],
    ['an address in another case', { redirect_uri: redirectUri.replace('portal', 'PORTAL') }],
    ['an address with a fragment', { redirect_uri: `${redirectUri}#x` }],
    ['an address that begins with a registered one', { redirect_uri: `${redirectUri}.evil.example` }],
  ])('with %s is answered here, and sent nowhere', async (_what, changed, repeated) => {
    const made = createSignInWorld();
    expect(await begin(made, changed, {}, repeated)).toMatchObject({ outcome: 'refused' });
    expect(made.world.attempts.size).toBe(0);
  });

  test('with a client or a session that is too long asks the store for neither', async () => {
    const { signIn } = createSignInWorld();
    const careful = {
      ...signIn,
      findApplication: () => expect.fail('the application was looked up'),
      findClientContext: () => expect.fail('the client was looked up'),
    };
    const values = { ...sent, client_id: 'c'.repeat(129) };
    expect(await beginSignIn(careful, { values, repeated: [] }, {})).toMatchObject({ outcome: 'refused' });
    const sessions = { ...signIn.sessions, find: () => expect.fail('the session was looked up') };
    const begun = await beginSignIn(
      { ...signIn, sessions },
      { values: sent, repeated: [] },
      { session: `${'s'.repeat(101)}.secret` },
    );
    expect(begun).toMatchObject({ outcome: 'asked' });
  });

  test.each<[what: string, lose: (world: SignInWorld) => void]>([
    ['the application is suspended', (world) => change(world, 'application', { status: 'suspended' })],
    ['the application is elsewhere', (world) => change(world, 'application', { environments: ['PROD'] })],
    ['nobody signs in to it', (world) => change(world, 'application', { signIn: undefined })],
    ['its client is suspended', (world) => changeClient(world, 'client', { status: 'suspended' })],
    ['its contract has ended', (world) => changeClient(world, 'contract', { status: 'ended' })],
    ['its contract lacks the grant', (world) => changeClient(world, 'contract', { grants: ['password'] })],
    ['our company is suspended', (world) => changeClient(world, 'partner', { status: 'suspended' })],
  ])('is answered here where %s', async (_what, lose) => {
    const made = createSignInWorld();
    lose(made.world);
    expect(await begin(made)).toMatchObject({ outcome: 'refused' });
  });

  test.each<[Readonly<Record<string, string | undefined>>, string, repeated?: string[]]>([
    [{ response_type: undefined }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'code id_token' }, 'unsupported_response_type'],
    [{ response_mode: 'form_post' }, 'invalid_request'],
    [{ request: 'a.b.c' }, 'request_not_supported'],
    [{ request_uri: 'https://x.example' }, 'request_uri_not_supported'],
    [{ registration: '{}' }, 'registration_not_supported'],
    [{ code_challenge: undefined }, 'invalid_request'],
    [{ code_challenge: 'short' }, 'invalid_request'],
    [{ code_challenge_method: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ scope: 'email' }, 'invalid_scope'],
    [{ scope: undefined }, 'invalid_scope'],
    [{ prompt: 'consent' }, 'invalid_request'],
    [{ prompt: 'none login' }, 'invalid_request'],
    [{ max_age: '-1' }, 'invalid_request'],
    [{ max_age: '86401' }, 'invalid_request'],
    [{ max_age: '1e3' }, 'invalid_request'],
    [{ nonce: 'n'.repeat(2001) }, 'invalid_request'],
    [{ prompt: 'none' }, 'login_required'],
    [{}, 'invalid_request', ['scope']],
    [{}, 'invalid_request', ['unknown']],
  ])('%j goes back to the application as %s', async (changed, error, repeated) => {
    const made = createSignInWorld();
    const begun = await begin(made, changed, {}, repeated);
    if (begun.outcome !== 'answered') throw new Error(begun.outcome);
    expect(begun.location.startsWith(`${redirectUri}&`)).toBe(true);
    expect(parametersOf(begun.location)).toEqual({
      kept: '1',
      error,
      error_description: expect.stringMatching(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/u) as string,
      state: sent.state,
      iss: publicUrl,
    });
    expect(made.world.attempts.size).toBe(0);
  });

  test('of any content never leads to an address that is not registered, and never fails', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(...Object.values(sent), 'none', 'login', redirectUri, 'https://evil.example/'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom(...Object.keys(sent), 'prompt', 'max_age', 'request'), value),
        fc.subarray(Object.keys(sent)),
        async (changed, repeated) => {
          const begun = await begin(createSignInWorld(), changed, {}, repeated);
          if (begun.outcome === 'answered') expect(begun.location.startsWith(`${redirectUri}&`)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('FED-2 the e-mail address', () => {
  test.each([
    ['gil@globex.example', true],
    [' Gil.Ortiz+work@GLOBEX.example ', true],
    ['gil@sub.globex.example', false],
    ['gil@globex.example.evil.example', false],
    ['gil@unknown.example', false],
    ['globex.example', false],
    ['gil@globex.example@globex.example', false],
    ['', false],
  ])('%j leads to the provider of its domain: %s', async (typed, leads) => {
    const made = createSignInWorld();
    const browser = await asked(made);
    const location = await chooseProvider(made.signIn, browser.state, browser, typed);
    expect(location !== undefined).toBe(leads);
  });

  test.each<[what: string, lose: (world: SignInWorld) => void]>([
    ['the provider is suspended', (world) => change(world, 'provider', { status: 'suspended' })],
    ['the partner is suspended', (world) => change(world, 'partner', { status: 'suspended' })],
    ["the partner's contract has ended", (world) => change(world, 'contract', { status: 'ended' })],
    ['the application does not admit it', (world) => admitOnly(world, 'another')],
  ])('leads nowhere where %s, as if the domain were not known', async (_what, lose) => {
    const made = createSignInWorld();
    const browser = await asked(made);
    lose(made.world);
    expect(await chooseProvider(made.signIn, browser.state, browser, 'gil@globex.example')).toBeUndefined();
    expect(made.world.attempts.get(browser.state)?.stage).toBe('begun');
  });

  // Threat T-121
  test('of another browser, of no attempt or of an old one is refused', async () => {
    const made = createSignInWorld();
    const { signIn, world } = made;
    const { state, browserSecret } = await asked(made);
    const choose = (of: string, browser: object) =>
      checkOf(chooseProvider(signIn, of, browser, 'gil@globex.example'));
    expect(await choose(state, { browserSecret: 'another' })).toBe('browser');
    expect(await choose(state, {})).toBe('browser');
    expect(await choose('unknown', { browserSecret })).toBe('attempt');
    world.time = later(1800);
    expect(await choose(state, { browserSecret })).toBe('attempt');
  });
});

describe('FED-3 the answer of a provider', () => {
  test('signs the person in, and brings a code to the application', async () => {
    const made = createSignInWorld();
    const { world, signIn } = made;
    const { browser, answer } = await atProvider(made);
    const userId = userIdOf('https://login.acme.example', '00u-gil');
    const finished = await finishSignIn(signIn, 'provider-1', answer, browser);
    expect(finished).toEqual({
      location: `${redirectUri}&code=secret-7&state=state+of+the+application&iss=${encodeURIComponent(publicUrl)}`,
      session: 'secret-6.secret-5',
      seconds: 43_200,
      userId,
      providerId: 'provider-1',
      clientId: 'client-1',
    });
    expect(userId).toMatch(/^usr_[a-z2-7]{26}$/u);
    const session = {
      sid: 'secret-6',
      userId,
      authenticatedAt: now.toISOString(),
      acr: 'urn:sallyport:acr:password',
    };
    expect(world.sessions.get('secret-6')).toEqual({
      ...session,
      secretHash: digestOf('secret-5'),
      partnerId: 'globex',
      providerId: 'provider-1',
      issuer: 'https://login.acme.example',
      emailDomain: 'globex.example',
      startedAt: now.toISOString(),
      expiresAt: later(43_200).toISOString(),
    });
    expect(world.codes).toEqual(
      new Map([
        [
          'secret-7',
          {
            ...session,
            clientId: 'client-1',
            redirectUri,
            codeChallenge: sent.code_challenge,
            nonce: 'nonce-1',
            scopes: ['openid', 'email', 'credit-reports/read'],
            expiresAt: later(60).toISOString(),
          },
        ],
      ]),
    );
    expect(world.redeemed).toEqual([
      {
        providerId: 'provider-1',
        nonce: 'secret-3',
        codeVerifier: 'secret-4',
        state: 'secret-1',
        redirectUri: `${publicUrl}/login/callback/provider-1`,
      },
    ]);
    expect(world.users.all()).toEqual([
      {
        userId,
        partnerId: 'globex',
        origin: 'identity_provider',
        providerId: 'provider-1',
        email: 'gil@globex.example',
        name: 'Gil Ortiz',
        status: 'active',
        version: 1,
        changes: [{ at: now.toISOString(), by: 'provider-1', why: 'First sign-in', to: 'active' }],
      },
    ]);
  });

  // Threat T-139
  test("is refused for a domain that is another provider's by now, though the record still names it", async () => {
    const made = createSignInWorld();
    const { browser, answer } = await atProvider(made);
    made.world.domains.set('globex.example', 'provider-2');
    expect(await checkOf(finishSignIn(made.signIn, 'provider-1', answer, browser))).toBe('email_domain');
    expect(made.world.users.all()).toEqual([]);
  });

  test('counts once', async () => {
    const made = createSignInWorld();
    const { browser, answer } = await atProvider(made);
    await finishSignIn(made.signIn, 'provider-1', answer, browser);
    expect(await checkOf(finishSignIn(made.signIn, 'provider-1', answer, browser))).toBe('used');
    expect(made.world.codes.size).toBe(1);
  });

  // Threat T-121
  test.each<[what: string, check: string, spoil: (answer: URLSearchParams) => Spoiled | undefined]>([
    ['in another browser', 'browser', () => ({ browser: { browserSecret: 'another' } })],
    ['without a cookie', 'browser', () => ({ browser: {} })],
    ['at the address of another provider', 'provider', () => ({ providerId: 'provider-2' })],
    [
      'with an unknown state',
      'attempt',
      edits((answer) => {
        answer.set('state', 'unknown');
      }),
    ],
    [
      'without state',
      'state',
      edits((answer) => {
        answer.delete('state');
      }),
    ],
    [
      'with a repeated code',
      'parameters',
      edits((answer) => {
        answer.append('code', 'another');
      }),
    ],
    [
      'with a repeated state',
      'parameters',
      edits((answer) => {
        answer.append('state', 'another');
      }),
    ],
  ])('%s is refused, and spends nothing', async (_what, check, spoil) => {
    const made = createSignInWorld();
    const { browser, answer } = await atProvider(made);
    const spoiled = new URLSearchParams(answer);
    const { providerId = 'provider-1', browser: other = browser } = spoil(spoiled) ?? {};
    expect(await checkOf(finishSignIn(made.signIn, providerId, spoiled, other))).toBe(check);
    expect(made.world.sessions.size).toBe(0);
    expect(made.world.redeemed).toEqual([]);
    expect(await checkOf(finishSignIn(made.signIn, 'provider-1', answer, browser))).toBe('no refusal');
  });

  test.each<[what: string, check: string, lose: (world: SignInWorld) => void]>([
    [
      'the provider is suspended',
      'provider_inactive',
      (world) => change(world, 'provider', { status: 'suspended' }),
    ],
    ['the partner is suspended', 'partner', (world) => change(world, 'partner', { status: 'suspended' })],
    ['the contract has ended', 'contract', (world) => change(world, 'contract', { status: 'ended' })],
    [
      'the application is suspended',
      'application',
      (world) => change(world, 'application', { status: 'suspended' }),
    ],
    ['the user is suspended', 'user', (world) => world.users.has({ ...knownUser, status: 'suspended' })],
    [
      'the user is of another partner',
      'user',
      (world) => world.users.has({ ...knownUser, partnerId: 'acme' }),
    ],
    [
      'the domain is no longer its own',
      'email_domain',
      (world) => change(world, 'provider', { domains: [] }),
    ],
  ])('is refused if meanwhile %s', async (_what, check, lose) => {
    const made = createSignInWorld();
    const { browser, answer } = await atProvider(made);
    lose(made.world);
    expect(await checkOf(finishSignIn(made.signIn, 'provider-1', answer, browser))).toBe(check);
    expect(made.world.sessions.size).toBe(0);
    expect(made.world.codes.size).toBe(0);
  });

  test.each<[claims: object, check: string]>([
    [{ sub: '' }, 'subject'],
    [{ sub: 'x'.repeat(256) }, 'subject'],
    [{ sub: 7 }, 'subject'],
    [{ email: undefined }, 'email'],
    [{ email: 'not an address' }, 'email'],
    [{ email: ['gil@globex.example'] }, 'email'],
    [{ email: 'gil@acme.example' }, 'email_domain'],
    [{ email_verified: false }, 'email_verified'],
    [{ email_verified: 'false' }, 'email_verified'],
    [{ email_verified: 0 }, 'email_verified'],
    [{ email_verified: null }, 'email_verified'],
    [{ email_verified: 'no' }, 'email_verified'],
    [{ email_verified: 'True' }, 'no refusal'],
    [{ email_verified: undefined }, 'no refusal'],
    [{ email: 'Gil@GLOBEX.example' }, 'no refusal'],
    [{ name: undefined }, 'no refusal'],
  ])('with the claims %j ends with %s', async (claims, check) => {
    const made = createSignInWorld();
    const { browser, answer } = await atProvider(made);
    made.world.claims = { ...made.world.claims, ...claims };
    expect(await checkOf(finishSignIn(made.signIn, 'provider-1', answer, browser))).toBe(check);
  });
});

/** Spoils the answer itself, and nothing else. */
const edits =
  (edit: (answer: URLSearchParams) => void) =>
  (answer: URLSearchParams): undefined => {
    edit(answer);
  };

interface Spoiled {
  readonly browser?: object;
  readonly providerId?: string;
}

const knownUser = {
  userId: userIdOf('https://login.acme.example', '00u-gil'),
  partnerId: 'globex',
  origin: 'identity_provider',
  providerId: 'provider-1',
  email: 'gil@globex.example',
  name: 'Gil Ortiz',
  status: 'active',
  version: 1,
  changes: [],
} as const;

function change(world: SignInWorld, what: keyof SignInWorld['signIn'], changed: object): void {
  Object.assign(world.signIn, { [what]: { ...world.signIn[what], ...changed } });
}
function changeClient(world: SignInWorld, what: keyof SignInWorld['clientContext'], changed: object): void {
  Object.assign(world.clientContext, { [what]: { ...world.clientContext[what], ...changed } });
}
function admitOnly(world: SignInWorld, partnerId: string): void {
  const { signIn } = world.signIn.application;
  change(world, 'application', { signIn: { ...signIn, partners: [partnerId] } });
}

describe('OAU-3 what an application wants the person to be asked', () => {
  test.each<[sent: Readonly<Record<string, string>>, asked: object]>([
    [{ prompt: 'login' }, { prompt: 'login' }],
    [{ prompt: 'select_account' }, { prompt: 'select_account' }],
    [
      { prompt: 'login', max_age: '0' },
      { prompt: 'login', maxAge: 0 },
    ],
    [{}, {}],
  ])('by %j is asked by the provider', async (changed, expected) => {
    const made = createSignInWorld();
    const begun = await begin(made, changed);
    if (begun.outcome !== 'asked') throw new Error(begun.outcome);
    await chooseProvider(made.signIn, begun.state, begun, 'gil@globex.example');
    const [request] = made.world.sentOff;
    expect(request).toEqual({
      providerId: 'provider-1',
      nonce: 'secret-3',
      codeVerifier: 'secret-4',
      state: 'secret-1',
      redirectUri: `${publicUrl}/login/callback/provider-1`,
      loginHint: 'gil@globex.example',
      ...expected,
    });
  });
});

describe('FED-7 a session', () => {
  /** Signs in once more in the same browser. */
  async function signedInAgain(made: World, browser: Awaited<ReturnType<typeof signedIn>>) {
    const begun = await begin(made, { prompt: 'login' }, browser);
    if (begun.outcome !== 'asked') throw new Error(begun.outcome);
    await chooseProvider(made.signIn, begun.state, browser, 'gil@globex.example');
    const answer = new URLSearchParams({ code: 'another code', state: begun.state });
    return finishSignIn(made.signIn, 'provider-1', answer, browser);
  }

  async function signedIn(made: World) {
    const { browser, answer } = await atProvider(made);
    const { session } = await finishSignIn(made.signIn, 'provider-1', answer, browser);
    return { browserSecret: browser.browserSecret, session };
  }

  test('of the same person goes on when another one replaces it, and ends with that one', async () => {
    const made = createSignInWorld();
    const first = await signedIn(made);
    const second = await signedInAgain(made, first);
    const [sid = ''] = first.session.split('.');
    const [newSid = ''] = second.session.split('.');
    expect(made.world.sessions.get(sid)?.endedAt).toBeUndefined();
    expect(made.world.sessions.get(newSid)?.earlierSids).toEqual([sid]);
    expect(made.world.flushes).toEqual([]);
  });

  test('of another person ends when somebody signs in, and calls are refused as after a suspension', async () => {
    const made = createSignInWorld();
    const first = await signedIn(made);
    made.world.claims = { sub: '00u-dee', email: 'dee@globex.example' };
    const second = await signedInAgain(made, first);
    const [sid = ''] = first.session.split('.');
    expect(made.world.sessions.get(sid)?.endedAt).toBe(now.toISOString());
    expect(made.world.sessions.get(second.session.split('.')[0] ?? '')?.earlierSids).toBeUndefined();
    expect(made.world.flushes).toEqual(['now', later(11).toISOString()]);
  });

  test('answers the next application without a page', async () => {
    const made = createSignInWorld();
    const browser = await signedIn(made);
    const begun = await begin(made, { prompt: 'none' }, browser);
    if (begun.outcome !== 'answered') throw new Error(begun.outcome);
    expect(parametersOf(begun.location)).toEqual({
      kept: '1',
      code: 'secret-8',
      state: sent.state,
      iss: publicUrl,
    });
    expect(made.world.codes.get('secret-8')?.authenticatedAt).toBe(now.toISOString());
  });

  test.each<[what: string, spoil: (world: SignInWorld) => unknown, changed?: Record<string, string>]>([
    ['has to sign in anew', () => undefined, { prompt: 'login' }],
    ['may choose another account', () => undefined, { prompt: 'select_account' }],
    ['signed in too long ago', (world) => (world.time = later(61)), { max_age: '60' }],
    ['has a session that is over', (world) => (world.time = later(43_200))],
    ['has a session that has ended', (world) => endSessions(world)],
    ['has a session that is over for the application', (world) => endSessionsFor(world, 'client-1')],
    ['was deleted', (world) => world.users.has({ ...knownUser, status: 'suspended' })],
    [
      'has a provider with another issuer',
      (world) => change(world, 'provider', { issuer: 'https://x.example' }),
    ],
    ['has a provider without that domain', (world) => change(world, 'provider', { domains: ['x.example'] })],
    [
      'has a provider that was suspended meanwhile',
      (world) => change(world, 'provider', { signInsFrom: later(1).toISOString() }),
    ],
    ['has a provider that is suspended', (world) => change(world, 'provider', { status: 'suspended' })],
    ['is not admitted', (world) => admitOnly(world, 'another')],
  ])('does not answer for who %s', async (_what, spoil, changed = {}) => {
    const made = createSignInWorld();
    const browser = await signedIn(made);
    spoil(made.world);
    expect(await begin(made, changed, browser)).toMatchObject({ outcome: 'asked' });
  });

  // Threat T-121
  test.each(['secret-6.another', 'secret-6.', 'secret-6', '.secret-5', 'another.secret-5'])(
    'is not the one of the cookie %j',
    async (session) => {
      const made = createSignInWorld();
      await signedIn(made);
      expect(await begin(made, {}, { session })).toMatchObject({ outcome: 'asked' });
    },
  );
});

function endSessionsFor(world: SignInWorld, clientId: string): void {
  for (const [sid, session] of world.sessions) world.sessions.set(sid, { ...session, endedFor: [clientId] });
}

function endSessions(world: SignInWorld): void {
  for (const [sid, session] of world.sessions) {
    world.sessions.set(sid, { ...session, endedAt: now.toISOString() });
  }
}

describe('FED-4 a person', () => {
  async function signIn(made: World): Promise<string> {
    const { browser, answer } = await atProvider(made);
    return checkOf(finishSignIn(made.signIn, 'provider-1', answer, browser));
  }

  test('is the same user the next time, and its changed name and address are followed', async () => {
    const made = createSignInWorld();
    expect(await signIn(made)).toBe('no refusal');
    made.world.claims = { ...made.world.claims, email: 'gil.ortiz@globex.example', name: 'Gil O.' };
    expect(await signIn(made)).toBe('no refusal');
    expect(made.world.users.all()).toMatchObject([
      { email: 'gil.ortiz@globex.example', name: 'Gil O.', version: 2 },
    ]);
    expect([...made.world.emails.keys()]).toEqual(['globex gil.ortiz@globex.example']);
  });

  test.each(['Gil\u202EOrtiz', 'Gil\r\nOrtiz', '<b>Gil', '\u200B', ' ', 'x'.repeat(201), 7])(
    'whose name is %j is shown by the address',
    async (name) => {
      const made = createSignInWorld();
      made.world.claims = { ...made.world.claims, name };
      expect(await signIn(made)).toBe('no refusal');
      expect(made.world.users.all()).toMatchObject([{ name: 'gil@globex.example' }]);
    },
  );

  // Threat T-139
  test('is refused where the new address is taken and the earlier one is of a domain that was lost', async () => {
    const made = createSignInWorld();
    await signIn(made);
    made.world.emails.set('globex dee@new.example', 'usr_dee');
    made.world.domains.set('new.example', 'provider-1');
    change(made.world, 'provider', { domains: ['new.example'] });
    made.world.claims = { ...made.world.claims, email: 'dee@new.example' };
    expect(await signIn(made)).toBe('email_taken');
  });

  test('with another subject does not get the user of an address', async () => {
    const made = createSignInWorld();
    await signIn(made);
    made.world.claims = { ...made.world.claims, sub: 'another' };
    expect(await signIn(made)).toBe('email_taken');
    expect(made.world.users.all()).toHaveLength(1);
  });

  test('keeps the old address where somebody else has the new one', async () => {
    const made = createSignInWorld();
    await signIn(made);
    made.world.claims = { sub: '00u-dee', email: 'dee@globex.example' };
    await signIn(made);
    made.world.claims = { sub: '00u-dee', email: 'gil@globex.example' };
    expect(await signIn(made)).toBe('no refusal');
    expect(made.world.users.all().map((user) => 'email' in user && user.email)).toEqual([
      'gil@globex.example',
      'dee@globex.example',
    ]);
  });

  test('who signs in twice at once becomes one user', async () => {
    const made = createSignInWorld();
    const all = await Promise.all(Array.from({ length: 20 }, () => signIn(made)));
    expect(new Set(all)).toEqual(new Set(['no refusal']));
    expect(made.world.users.all()).toHaveLength(1);
  });
});
