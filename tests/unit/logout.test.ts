import { describe, expect, test } from 'vitest';
import { logOut } from '../../core/federation/logout.ts';
import { createSignInWorld, digestOf } from '../support/fakes/sign-in-world.ts';
import { later, now, sessionOf } from '../support/fakes/token-world.ts';

const address = 'https://portal.company.example/goodbye?kept=1';
const cookie = 'session-1.secret';
const ofGil = { clientId: 'client-1', userId: 'usr_gil', sid: 'session-1' };

/** A browser in which Gil is signed in, and an application that may send him to one address. */
function signedInBrowser() {
  const made = createSignInWorld();
  const { world } = made;
  world.sessions.set('session-1', sessionOf({ secretHash: digestOf('secret') }));
  world.hints.set('hint', ofGil);
  const { application } = world.signIn;
  world.signIn.application = {
    ...application,
    signIn: { ...application.signIn, postLogoutRedirectUris: [address] },
  };
  return {
    ...made,
    application: world.signIn.application,
    isOver: () => world.sessions.get('session-1')?.endedAt !== undefined,
    ask: (
      values: Readonly<Record<string, string>>,
      { session = cookie, confirmation, repeated = [] }: Asked = {},
    ) => logOut(made.logout, { values, repeated }, { session }, confirmation),
  };
}

interface Asked {
  readonly session?: string;
  readonly confirmation?: string;
  readonly repeated?: readonly string[];
}

const whole = { id_token_hint: 'hint', client_id: 'client-1', post_logout_redirect_uri: address };

describe('FED-7 logging out', () => {
  test('with an ID token of the session ends it, and goes to the registered address with the state', async () => {
    const { world, application, ask } = signedInBrowser();
    expect(await ask({ ...whole, state: 'a b' })).toEqual({
      outcome: 'ended',
      application,
      location: `${address}&state=a+b`,
      session: sessionOf({ secretHash: digestOf('secret') }),
      decidedWithinSeconds: 12,
    });
    expect(world.sessions.get('session-1')?.endedAt).toBe(now.toISOString());
    // Calls that API Gateway has cached an answer for are refused as soon as after a suspension.
    expect(world.flushes).toEqual(['now', later(11).toISOString()]);
  });

  test.each([
    ['the ID token alone', { id_token_hint: 'hint' }, undefined],
    ['the client besides', { id_token_hint: 'hint', client_id: 'client-1' }, undefined],
    ['the address besides', { id_token_hint: 'hint', post_logout_redirect_uri: address }, address],
  ])('needs no more than %s', async (_what, sent, location) => {
    const { ask, isOver } = signedInBrowser();
    expect(await ask(sent)).toMatchObject({ outcome: 'ended', location });
    expect(isOver()).toBe(true);
  });

  // Threat T-132
  test.each<[what: string, sent: Readonly<Record<string, string>>]>([
    ['no ID token', { client_id: 'client-1', post_logout_redirect_uri: address }],
    ['nothing at all', {}],
    ['an ID token that is none', { ...whole, id_token_hint: 'another' }],
    ['the ID token of another session of the same person', { ...whole, id_token_hint: 'other session' }],
    ['the ID token of another person', { ...whole, id_token_hint: 'other person' }],
  ])('is asked about where there is %s', async (_what, sent) => {
    const { world, ask, isOver } = signedInBrowser();
    world.hints.set('other session', { ...ofGil, sid: 'session-2' });
    world.hints.set('other person', { ...ofGil, userId: 'usr_dee' });
    const answer = await ask(sent);
    expect(answer.outcome).toBe('asked');
    expect(isOver()).toBe(false);
    expect(world.flushes).toEqual([]);
  });

  test('ends the session once the person confirms it on our page', async () => {
    const { ask, isOver } = signedInBrowser();
    const { id_token_hint: _hint, ...sent } = whole;
    const asked = await ask(sent);
    if (asked.outcome !== 'asked') throw new Error(asked.outcome);
    const { confirmation } = asked;
    expect(confirmation).not.toContain('secret');
    expect(await ask(sent, { confirmation })).toMatchObject({ outcome: 'ended', location: address });
    expect(isOver()).toBe(true);
  });

  // Threat T-132
  test.each(['', digestOf('logout'), digestOf('secret'), digestOf('logout session-2.secret')])(
    'is not confirmed by %j, which others could send',
    async (confirmation) => {
      const { ask, isOver } = signedInBrowser();
      expect((await ask({}, { confirmation })).outcome).toBe('asked');
      expect(isOver()).toBe(false);
    },
  );

  // Threat T-133
  test.each<[check: string, changed: Readonly<Record<string, string>>]>([
    ['application', { client_id: 'client-9', id_token_hint: 'another' }],
    ['client', { client_id: 'client-9' }],
    ['post_logout_redirect_uri', { post_logout_redirect_uri: 'https://portal.company.example/goodbye' }],
    ['post_logout_redirect_uri', { post_logout_redirect_uri: `${address}&more=1` }],
    [
      'post_logout_redirect_uri',
      { post_logout_redirect_uri: 'https://portal.company.example/callback?kept=1' },
    ],
    ['post_logout_redirect_uri', { post_logout_redirect_uri: 'https://evil.example/' }],
  ])('goes nowhere and ends nothing if the check %s fails: %j', async (check, changed) => {
    const { ask, isOver } = signedInBrowser();
    expect(await ask({ ...whole, ...changed })).toEqual({ outcome: 'refused', check });
    expect(isOver()).toBe(false);
  });

  test('goes nowhere where nobody says whose the address is', async () => {
    const { ask } = signedInBrowser();
    expect(await ask({ post_logout_redirect_uri: address })).toEqual({ outcome: 'refused', check: 'client' });
  });

  test('goes nowhere for an application that is not active', async () => {
    const { world, ask } = signedInBrowser();
    world.signIn.application = { ...world.signIn.application, status: 'suspended' };
    expect(await ask(whole)).toEqual({ outcome: 'refused', check: 'application' });
  });

  test.each(['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'])(
    'is refused if %s comes twice',
    async (name) => {
      const { ask, isOver } = signedInBrowser();
      expect(await ask(whole, { repeated: [name] })).toEqual({ outcome: 'refused', check: 'parameters' });
      expect(isOver()).toBe(false);
    },
  );

  test.each([
    ['no cookie', ''],
    ['the cookie of a session that is not there', 'session-9.secret'],
    ['a cookie with another secret', 'session-1.another'],
  ])(
    'without a session, with %s, ends that of the ID token, and nothing without one',
    async (_what, session) => {
      const { world, application, ask, isOver } = signedInBrowser();
      const { id_token_hint: _hint, ...sent } = whole;
      const gone = { outcome: 'ended', application, location: address };
      expect(await ask(sent, { session })).toEqual(gone);
      expect([isOver(), world.flushes]).toEqual([false, []]);
      expect(await ask(whole, { session })).toEqual(gone);
      expect(isOver()).toBe(true);
      expect(world.flushes).toHaveLength(2);
    },
  );

  test('with the ID token of another session ends that one, and asks about the one in the browser', async () => {
    const { world, ask, isOver } = signedInBrowser();
    world.sessions.set('session-2', sessionOf({ sid: 'session-2', earlierSids: ['session-3'] }));
    world.sessions.set('session-3', sessionOf({ sid: 'session-3' }));
    world.hints.set('other session', { ...ofGil, sid: 'session-2' });
    expect((await ask({ ...whole, id_token_hint: 'other session' })).outcome).toBe('asked');
    expect(isOver()).toBe(false);
    for (const sid of ['session-2', 'session-3']) {
      expect(world.sessions.get(sid)?.endedAt).toBe(now.toISOString());
    }
  });

  test.each(['session-1', 'session-2'])(
    'ends the sessions that the one in the browser has replaced, by the ID token of %s',
    async (sid) => {
      const { world, ask, isOver } = signedInBrowser();
      world.sessions.set(
        'session-1',
        sessionOf({ secretHash: digestOf('secret'), earlierSids: ['session-2'] }),
      );
      world.sessions.set('session-2', sessionOf({ sid: 'session-2' }));
      world.hints.set('hint', { ...ofGil, sid });
      expect((await ask(whole)).outcome).toBe('ended');
      expect(isOver()).toBe(true);
      expect(world.sessions.get('session-2')?.endedAt).toBe(now.toISOString());
    },
  );

  test('is done once, and can be asked for again', async () => {
    const { world, ask } = signedInBrowser();
    await ask(whole);
    expect(await ask(whole)).toMatchObject({ outcome: 'ended', location: address });
    expect(world.flushes).toHaveLength(2);
  });
});
