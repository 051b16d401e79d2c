import { createHash } from 'node:crypto';
import type { AuthorizationGrant } from '../../../core/federation/authorization-code.ts';
import type { SignInAttempt } from '../../../core/federation/attempt.ts';
import type { IdTokenHint, Logout } from '../../../core/federation/logout.ts';
import type { PersonClaims } from '../../../core/federation/person.ts';
import type { ProviderRequest } from '../../../core/federation/ports.ts';
import type { Session } from '../../../core/federation/session.ts';
import type { SignIn } from '../../../core/federation/sign-in.ts';
import { grantTypes } from '../../../core/contracts/records.ts';
import { fakeUsers } from './contract-records.ts';
import { aClient, now, publicUrl, redirectUri } from './token-world.ts';
import { applicationOf, providerOf } from './samples.ts';

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
export const codeChallenge = digestOf('a-verifier-of-the-tests-with-enough-characters');

/** What an application sends when it is right. */
export const sent = {
  client_id: 'client-1',
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: 'openid email credit-reports/read',
  state: 'state of the application',
  nonce: 'nonce-1',
  code_challenge: codeChallenge,
  code_challenge_method: 'S256',
};

/** Creates sign-in with fakes: an application of `client-1`, and the provider of Globex. */
export function createSignInWorld() {
  const world = {
    time: now,
    clientContext: aClient('client-1', 'acme'),
    signIn: {
      application: applicationOf({ clientId: 'client-1', contractId: 'acme-contract' }),
      provider: providerOf(
        { partnerId: 'globex', contractId: 'globex-contract' },
        { domains: ['globex.example'] },
      ),
      contract: aClient('client-3', 'globex').contract,
      partner: aClient('client-3', 'globex').partner,
    },
    domains: new Map([['globex.example', 'provider-1']]),
    attempts: new Map<string, SignInAttempt>(),
    sessions: new Map<string, Session>(),
    codes: new Map<string, AuthorizationGrant>(),
    emails: new Map<string, string>(),
    users: fakeUsers(),
    claims: {
      sub: '00u-gil',
      email: 'gil@globex.example',
      email_verified: true,
      name: 'Gil Ortiz',
    } as PersonClaims,
    redeemed: [] as ProviderRequest[],
    /** What browsers were sent to the provider with. */
    sentOff: [] as ProviderRequest[],
    hints: new Map<string, IdTokenHint>(),
    flushes: [] as string[],
    secrets: 0,
  };
  const change = (state: string, changed: Partial<SignInAttempt>): void => {
    const attempt = world.attempts.get(state);
    if (attempt !== undefined) world.attempts.set(state, { ...attempt, ...changed });
  };
  const ending = {
    clock: { now: () => world.time },
    cache: {
      flush: () => {
        world.flushes.push('now');
        return Promise.resolve();
      },
    },
    laterFlush: {
      at: (moment: Date) => {
        world.flushes.push(moment.toISOString());
        return Promise.resolve();
      },
    },
    delays: { memorySeconds: 10, cacheSeconds: 300 },
  };
  const signIn: SignIn = {
    issuer: publicUrl,
    environment: 'DEV',
    enabledGrants: grantTypes,
    ...ending,
    newSecret: () => `secret-${(world.secrets += 1)}`,
    findApplication: (clientId) =>
      Promise.resolve(clientId === 'client-1' ? world.signIn.application : undefined),
    findClientContext: (clientId) =>
      Promise.resolve(
        clientId === 'client-1'
          ? world.clientContext
          : { client: undefined, contract: undefined, partner: undefined },
      ),
    findProviderOfDomain: (domain) => Promise.resolve(world.domains.get(domain)),
    findSignInContext: () => Promise.resolve({ ...world.signIn, clientContext: world.clientContext }),
    attempts: {
      create: (state, attempt) => {
        world.attempts.set(state, attempt);
        return Promise.resolve();
      },
      find: (state) => Promise.resolve(world.attempts.get(state)),
      send: (state, leg) => {
        const isOpen = world.attempts.get(state)?.stage !== 'returned';
        if (isOpen) change(state, { stage: 'sent', leg });
        return Promise.resolve(isOpen);
      },
      return: (state) => {
        const isSent = world.attempts.get(state)?.stage === 'sent';
        if (isSent) change(state, { stage: 'returned' });
        return Promise.resolve(isSent);
      },
    },
    sessions: {
      find: (sid) => Promise.resolve(world.sessions.get(sid)),
      create: (session) => {
        world.sessions.set(session.sid, session);
        return Promise.resolve();
      },
      end: (sid, at) => {
        const session = world.sessions.get(sid);
        if (session !== undefined) world.sessions.set(sid, { ...session, endedAt: at.toISOString() });
        return Promise.resolve();
      },
      endFor: () => Promise.reject(new Error('nobody revokes a token here')),
    },
    codes: {
      create: (code, grant) => {
        world.codes.set(code, grant);
        return Promise.resolve();
      },
      find: (code) => Promise.resolve(world.codes.get(code)),
      use: () => Promise.reject(new Error('nobody redeems a code here')),
    },
    users: world.users,
    emailClaims: {
      claim: (partnerId, email, userId) => {
        const key = `${partnerId} ${email}`;
        const isFree = (world.emails.get(key) ?? userId) === userId;
        if (isFree) world.emails.set(key, userId);
        return Promise.resolve(isFree);
      },
      release: (partnerId, email, userId) => {
        if (world.emails.get(`${partnerId} ${email}`) === userId) {
          world.emails.delete(`${partnerId} ${email}`);
        }
        return Promise.resolve();
      },
    },
    openId: {
      authorizationUrl: ({ metadata }, request) => {
        world.sentOff.push(request);
        return Promise.resolve(`${metadata.authorizationEndpoint}?state=${request.state}`);
      },
      redeem: (_provider, request) => {
        world.redeemed.push(request);
        return Promise.resolve(world.claims);
      },
    },
  };
  const logout: Logout = {
    environment: 'DEV',
    findApplication: signIn.findApplication,
    ...ending,
    sessions: signIn.sessions,
    idTokenHints: { read: (token) => Promise.resolve(world.hints.get(token)) },
  };
  return { world, signIn, logout };
}

export type SignInWorld = ReturnType<typeof createSignInWorld>['world'];
