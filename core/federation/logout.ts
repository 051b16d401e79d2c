import { isOpen, type SignInApplication } from '../applications/application.ts';
import { clientIdOf, type SentParameters, stateOf } from '../applications/authentication-request.ts';
import { sha256Of } from '../sha256.ts';
import { addressWith, type Browser, sessionOf } from './browser.ts';
import { endSessions, type SessionEnding, sidsOf } from './end-session.ts';
import { isSessionAlive, type Session, type SessionStore } from './session.ts';
import type { SignIn } from './sign-in.ts';

/** What an ID token of ours says when it comes back as a hint. */
export interface IdTokenHint {
  readonly clientId: string;
  readonly userId: string;
  readonly sid: string;
}

/** Reads ID tokens that applications send back to us. */
export interface IdTokenHints {
  /** Returns undefined for everything that is not an ID token of ours. Its end does not matter. */
  read(token: string): Promise<IdTokenHint | undefined>;
}

/** What logging out needs. */
export interface Logout extends SessionEnding, Pick<SignIn, 'environment' | 'findApplication'> {
  readonly sessions: Pick<SessionStore, 'find' | 'end'>;
  readonly idTokenHints: IdTokenHints;
}

/** What becomes of a request to log out. */
export type LogoutAnswer =
  /** The application or its address is not known, so nothing is sent anywhere and nothing has changed. */
  | { readonly outcome: 'refused'; readonly check: LogoutCheck }
  /** The person has to say that they want it. */
  | {
      readonly outcome: 'asked';
      readonly application: SignInApplication | undefined;
      /** What only our page of this session knows. */
      readonly confirmation: string;
    }
  /** The browser has no session any more. */
  | {
      readonly outcome: 'ended';
      readonly application: SignInApplication | undefined;
      /** The registered address that the browser goes to. Without it, a page of ours says what has happened. */
      readonly location: string | undefined;
      /** The session that was ended just now, and when no call is allowed by it any more. */
      readonly session?: Session;
      readonly decidedWithinSeconds?: number;
    };

export type LogoutCheck = 'parameters' | 'client' | 'application' | 'post_logout_redirect_uri';

/** The parameters that we read: OpenID Connect RP-Initiated Logout 1.0 §2. */
const readParameters = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'];

/**
 * Ends the session of a browser (OpenID Connect RP-Initiated Logout 1.0). An application that sends an ID token of
 * a session has it ended at once. Without one, anybody could have sent the browser here, so the person is asked, and
 * so is whoever has another session in the browser.
 * @param confirmation what our page has sent along, if the request is the answer to it
 */
export async function logOut(
  logout: Logout,
  sent: SentParameters,
  browser: Browser,
  confirmation?: string,
): Promise<LogoutAnswer> {
  const hint = await hintIn(logout, sent);
  const request = await checkRequest(logout, sent, hint);
  if (typeof request === 'string') return { outcome: 'refused', check: request };
  const session = await sessionOf(logout, browser);
  const isOfHint =
    hint !== undefined && session?.userId === hint.userId && sidsOf(session).includes(hint.sid);
  const expected = confirmationOf(browser);
  if (session !== undefined && (isOfHint || confirmation === expected)) {
    const { decidedWithinSeconds } = await endSessions(logout, sidsOf(session));
    return { outcome: 'ended', ...request, session, decidedWithinSeconds };
  }
  // The browser has lost the session, or has another one by now. The application wants this one to end.
  const hinted = hint && (await logout.sessions.find(hint.sid));
  if (isSessionAlive(hinted, logout.clock.now()) && hinted.userId === hint?.userId) {
    await endSessions(logout, sidsOf(hinted));
  }
  return session === undefined
    ? { outcome: 'ended', ...request }
    : { outcome: 'asked', application: request.application, confirmation: expected };
}

/** Only the browser of a session and we can derive it. Other sites cannot, so they can confirm nothing. */
const confirmationOf = ({ session = '' }: Browser): string => sha256Of(`logout ${session}`);

const hintIn = async (
  { idTokenHints }: Logout,
  { values: { id_token_hint: token } }: SentParameters,
): Promise<IdTokenHint | undefined> => (token === undefined ? undefined : idTokenHints.read(token));

interface LogoutRequest {
  readonly application: SignInApplication | undefined;
  readonly location: string | undefined;
}

/** Checks who asks, and where the browser is to go. */
async function checkRequest(
  { findApplication, environment }: Logout,
  sent: SentParameters,
  hint: IdTokenHint | undefined,
): Promise<LogoutRequest | LogoutCheck> {
  const { client_id: sentClient, post_logout_redirect_uri: address } = sent.values;
  if (sent.repeated.some((name) => readParameters.includes(name))) return 'parameters';
  const named = clientIdOf(sent);
  if (sentClient !== undefined && named === undefined) return 'client';
  if (named !== undefined && hint !== undefined && named !== hint.clientId) return 'client';
  const clientId = named ?? hint?.clientId;
  if (clientId === undefined) {
    return address === undefined ? { application: undefined, location: undefined } : 'client';
  }
  const application = await findApplication(clientId);
  if (!isOpen(application, environment)) return 'application';
  if (address === undefined) return { application, location: undefined };
  if (application.signIn.postLogoutRedirectUris?.includes(address) !== true) {
    return 'post_logout_redirect_uri';
  }
  return { application, location: addressWith(address, { state: stateOf(sent) }) };
}
