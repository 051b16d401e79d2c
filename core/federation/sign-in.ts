import { type Application, isOpen } from '../applications/application.ts';
import { type AuthorizationCodes, codeSeconds } from './authorization-code.ts';
import {
  type AuthorizationErrorCode,
  type AuthenticationRequest,
  checkAuthenticationRequest,
  clientIdOf,
  redirectUriOf,
  type SentParameters,
  stateOf,
} from '../applications/authentication-request.ts';
import type { Environment } from '../catalogue/environment.ts';
import type { FindClientContext } from '../clients/client-context.ts';
import { type Clock, secondsAfter } from '../clock.ts';
import type { GrantType } from '../contracts/records.ts';
import { domainOf, mailboxOf } from '../mailbox.ts';
import { type SignInAttempt, type Attempts, attemptSeconds } from './attempt.ts';
import { type BindingDependencies, bindPerson } from './binding.ts';
import { endSessions, type SessionEnding, sidsOf } from './end-session.ts';
import { sha256Of } from '../sha256.ts';
import { addressWith, type Browser, sessionOf } from './browser.ts';
import { findSessionFault, findSignInFault, type FindSignInContext, isClientInForce } from './in-force.ts';
import { authenticatedAt, personIn } from './person.ts';
import type { FindProviderOfDomain, OpenIdClient, ProviderRequest } from './ports.ts';
import { assertSignIn, SignInRefused } from './refused.ts';
import { type Session, type SessionStore, sessionSeconds, suffices } from './session.ts';

/** What signing in needs. */
export interface SignIn extends BindingDependencies, SessionEnding {
  /** Our own `iss`: the address below which this function answers. */
  readonly issuer: string;
  readonly environment: Environment;
  /** The grants that are switched on in this deployment. */
  readonly enabledGrants: readonly GrantType[];
  readonly clock: Clock;
  /** Returns 43 characters that nobody can guess: 256 bits as base64url. */
  readonly newSecret: () => string;
  readonly findApplication: (clientId: string) => Promise<Application | undefined>;
  readonly findClientContext: FindClientContext;
  readonly findProviderOfDomain: FindProviderOfDomain;
  readonly findSignInContext: FindSignInContext;
  readonly attempts: Attempts;
  readonly sessions: SessionStore;
  readonly codes: AuthorizationCodes;
  readonly openId: OpenIdClient;
}

/** What becomes of a request of an application. */
export type BegunSignIn =
  /** The application or its address is not known, so nothing may be sent anywhere. */
  | { readonly outcome: 'refused'; readonly check: 'application' | 'client' | 'redirect_uri' }
  /** The browser goes back to the application: with a code, or with an error of this check. */
  | { readonly outcome: 'answered'; readonly location: string; readonly check?: string }
  /** The person has to say who they are. */
  | { readonly outcome: 'asked'; readonly state: string; readonly browserSecret: string };

/**
 * Begins a sign-in for an application (RFC 6749 §4.1.1). Whoever has a session that suffices is answered at once.
 */
export async function beginSignIn(
  signIn: SignIn,
  sent: SentParameters,
  browser: Browser,
): Promise<BegunSignIn> {
  const clientId = clientIdOf(sent);
  if (clientId === undefined) return { outcome: 'refused', check: 'client' };
  const [application, clientContext] = await Promise.all([
    signIn.findApplication(clientId),
    signIn.findClientContext(clientId),
  ]);
  if (!isOpen(application, signIn.environment)) return { outcome: 'refused', check: 'application' };
  if (!isClientInForce(application, clientContext, factsOf(signIn))) {
    return { outcome: 'refused', check: 'client' };
  }
  const redirectUri = redirectUriOf(sent, application);
  if (redirectUri === undefined) return { outcome: 'refused', check: 'redirect_uri' };

  const checked = checkAuthenticationRequest(sent, application, redirectUri);
  const to = { redirectUri, state: stateOf(sent) };
  if ('refusal' in checked) {
    const { code, description, check } = checked.refusal;
    return { outcome: 'answered', location: errorAddress(signIn, to, code, description), check };
  }
  const { request } = checked;
  const session = await activeSessionOf(signIn, browser);
  if (session !== undefined && suffices(session, request, signIn.clock.now())) {
    const context = await signIn.findSignInContext(request.clientId, session.providerId);
    if (findSessionFault(session, context, factsOf(signIn)) === undefined) {
      return { outcome: 'answered', location: await codeAddress(signIn, request, session) };
    }
  }
  if (request.prompt.includes('none')) {
    return {
      outcome: 'answered',
      location: errorAddress(signIn, to, 'login_required', 'the person has to sign in'),
      check: 'session',
    };
  }
  const state = signIn.newSecret();
  const { browserSecret = signIn.newSecret() } = browser;
  await signIn.attempts.create(state, {
    request,
    browserHash: sha256Of(browserSecret),
    stage: 'begun',
    expiresAt: secondsAfter(signIn.clock.now(), attemptSeconds).toISOString(),
  });
  return { outcome: 'asked', state, browserSecret };
}

/**
 * Finds the attempt that a browser goes on with.
 * @throws {SignInRefused} `attempt` if there is none or its time is over, `browser` if it is another browser's
 */
export async function attemptOf(signIn: SignIn, state: string, browser: Browser): Promise<SignInAttempt> {
  const attempt = await signIn.attempts.find(state);
  assertSignIn('attempt', attempt !== undefined && new Date(attempt.expiresAt) > signIn.clock.now());
  const { browserSecret } = browser;
  assertSignIn('browser', browserSecret !== undefined && sha256Of(browserSecret) === attempt.browserHash);
  return attempt;
}

/**
 * Sends a browser to the identity provider of the e-mail address's domain. Only the domain is looked up, so
 * nothing tells whether there is such a person.
 * @returns the address of the provider; undefined if no provider of the domain signs in to the application
 * @throws {SignInRefused} `attempt`, `browser` or `used`
 */
export async function chooseProvider(
  signIn: SignIn,
  state: string,
  browser: Browser,
  typed: string,
): Promise<string | undefined> {
  const { request } = await attemptOf(signIn, state, browser);
  const email = mailboxOf(typed.trim());
  const providerId = email === undefined ? undefined : await signIn.findProviderOfDomain(domainOf(email));
  if (email === undefined || providerId === undefined) return undefined;
  const context = await signIn.findSignInContext(request.clientId, providerId);
  if (context.provider === undefined || findSignInFault(context, factsOf(signIn)) !== undefined) {
    return undefined;
  }
  const leg = { providerId, nonce: signIn.newSecret(), codeVerifier: signIn.newSecret() };
  assertSignIn('used', await signIn.attempts.send(state, leg));
  return signIn.openId.authorizationUrl(context.provider, {
    ...leg,
    state,
    redirectUri: callbackAddress(signIn, providerId),
    ...maxAgeOf(request),
    ...promptOf(request),
    loginHint: email,
  });
}

/** The address that a provider sends browsers back to. It is the same for as long as the provider's record lives. */
export const callbackAddress = ({ issuer }: Pick<SignIn, 'issuer'>, providerId: string): string =>
  `${issuer}/login/callback/${providerId}`;

/** Where a browser goes after a sign-in, and what it carries from then on. */
export interface FinishedSignIn {
  readonly location: string;
  /** The cookie of the session, and how long it lasts in seconds. */
  readonly session: string;
  readonly seconds: number;
  readonly userId: string;
  readonly providerId: string;
  readonly clientId: string;
}

/**
 * Takes the answer of an identity provider (OpenID Connect Core 1.0 §3.1.2.5). It counts once, in the browser that
 * began, and only from the provider that the browser was sent to (RFC 9700 §4.4).
 * @param providerId the provider whose address the answer came to
 * @throws {SignInRefused} naming the check that refused it
 */
export async function finishSignIn(
  signIn: SignIn,
  providerId: string,
  answer: URLSearchParams,
  browser: Browser,
): Promise<FinishedSignIn> {
  const names = [...answer.keys()];
  assertSignIn('parameters', names.length === new Set(names).size);
  const state = answer.get('state');
  assertSignIn('state', state !== null);
  const attempt = await attemptOf(signIn, state, browser);
  const { leg, request } = attempt;
  assertSignIn('state', leg !== undefined);
  assertSignIn('provider', leg.providerId === providerId);
  assertSignIn('used', await signIn.attempts.return(state));
  const context = await signIn.findSignInContext(request.clientId, providerId);
  const { provider } = context;
  const fault = findSignInFault(context, factsOf(signIn));
  if (fault !== undefined || provider === undefined) throw new SignInRefused(checkOf[fault ?? 'provider']);

  const redirectUri = callbackAddress(signIn, providerId);
  const sent = { ...leg, state, redirectUri, ...maxAgeOf(request) };
  const claims = await signIn.openId.redeem(provider, sent, answer);
  const person = personIn(claims, provider.domains);
  const emailDomain = domainOf(person.email);
  // Whose a domain is stands in its claim. The record of a provider that has lost it may still name it.
  assertSignIn('email_domain', (await signIn.findProviderOfDomain(emailDomain)) === providerId);
  const now = signIn.clock.now();
  const user = await bindPerson(signIn, provider, person, now);
  const earlierSids = await replaceSession(signIn, browser, user.userId);
  const secret = signIn.newSecret();
  const session: Session = {
    sid: signIn.newSecret(),
    secretHash: sha256Of(secret),
    userId: user.userId,
    partnerId: user.partnerId,
    providerId,
    issuer: provider.issuer,
    emailDomain,
    startedAt: now.toISOString(),
    authenticatedAt: authenticatedAt(claims, now).toISOString(),
    acr: 'urn:sallyport:acr:password',
    expiresAt: secondsAfter(now, sessionSeconds).toISOString(),
    ...(earlierSids.length > 0 && { earlierSids }),
  };
  await signIn.sessions.create(session);
  return {
    location: await codeAddress(signIn, request, session),
    session: `${session.sid}.${secret}`,
    seconds: sessionSeconds,
    userId: user.userId,
    providerId,
    clientId: request.clientId,
  };
}

/** How many replaced sessions go on. */
const maxEarlierSessions = 10;

/**
 * Makes way for a new session in a browser. The sessions of another person end. Those of the same person go on, so
 * that no application loses its tokens by a sign-in at another one, and end together with the new one.
 * @returns those that go on
 */
async function replaceSession(signIn: SignIn, browser: Browser, userId: string): Promise<readonly string[]> {
  const earlier = await sessionOf(signIn, browser);
  if (earlier === undefined) return [];
  const sids = sidsOf(earlier);
  const kept = earlier.userId === userId ? sids.slice(0, maxEarlierSessions) : [];
  const ended = sids.filter((sid) => !kept.includes(sid));
  if (ended.length > 0) await endSessions(signIn, ended);
  return kept;
}

/** An application that wants a recent sign-in wants one at the provider (OpenID Connect Core 1.0 §3.1.2.1). */
const maxAgeOf = ({ maxAge }: AuthenticationRequest): Pick<ProviderRequest, 'maxAge'> =>
  maxAge === undefined ? {} : { maxAge };

/** What an application wants the person to be asked, the provider has to ask, because only it knows the person. */
function promptOf({ prompt }: AuthenticationRequest): Pick<ProviderRequest, 'prompt'> {
  const [asked] = prompt.filter((each) => each !== 'none');
  return asked === undefined ? {} : { prompt: asked };
}

const checkOf = {
  application: 'application',
  client: 'application',
  provider: 'provider_inactive',
  contract: 'contract',
  partner: 'partner',
} as const;

/** Returns the session of a browser, if it is alive and its user is active. */
async function activeSessionOf(signIn: SignIn, browser: Browser): Promise<Session | undefined> {
  const session = await sessionOf(signIn, browser);
  const user = session && (await signIn.users.find(session.userId));
  return user?.status === 'active' ? session : undefined;
}

/** Makes a code for the application, and returns the address that brings it there. */
async function codeAddress(
  signIn: SignIn,
  request: AuthenticationRequest,
  session: Session,
): Promise<string> {
  const { clientId, redirectUri, codeChallenge, nonce, scopes, state } = request;
  const { userId, sid, authenticatedAt, acr } = session;
  const code = signIn.newSecret();
  await signIn.codes.create(code, {
    clientId,
    redirectUri,
    codeChallenge,
    ...(nonce !== undefined && { nonce }),
    scopes,
    userId,
    sid,
    authenticatedAt,
    acr,
    expiresAt: secondsAfter(signIn.clock.now(), codeSeconds).toISOString(),
  });
  return addressWith(redirectUri, { code, state, iss: signIn.issuer });
}

const errorAddress = (
  { issuer }: Pick<SignIn, 'issuer'>,
  { redirectUri, state }: { readonly redirectUri: string; readonly state: string | undefined },
  error: AuthorizationErrorCode,
  error_description: string,
): string => addressWith(redirectUri, { error, error_description, state, iss: issuer });

const factsOf = ({ clock, environment, enabledGrants }: SignIn) => ({
  now: clock.now(),
  environment,
  enabledGrants,
});
