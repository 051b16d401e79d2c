import type { AuthenticationRequest } from '../applications/authentication-request.ts';

/** How strongly people prove who they are (OpenID Connect Core 1.0 §2, `acr`): by what their company asks for. */
export const assuranceLevels = ['urn:sallyport:acr:password'] as const;
export type AssuranceLevel = (typeof assuranceLevels)[number];

/** A person's session with us, in one browser. */
export interface Session {
  /** The `sid` of the tokens that stand on it. */
  readonly sid: string;
  /** The SHA-256 of the secret in the browser's cookie. */
  readonly secretHash: string;
  readonly userId: string;
  readonly partnerId: string;
  readonly providerId: string;
  /** The provider's `iss`, and the domain of the address that it vouched for: both may be others by now. */
  readonly issuer: string;
  readonly emailDomain: string;
  /** ISO 8601: when it began here. */
  readonly startedAt: string;
  /** ISO 8601: when the person signed in at the provider. */
  readonly authenticatedAt: string;
  readonly acr: AssuranceLevel;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** ISO 8601. Present once it was ended before its time. */
  readonly endedAt?: string;
  /** The same person's sessions that it has replaced in the browser. They end with it. */
  readonly earlierSids?: readonly string[];
  /** The clients of the applications that it is over for, while it goes on for others. */
  readonly endedFor?: readonly string[];
}

/** Tells whether a session counts at a moment. */
export const isSessionAlive = (session: Session | undefined, now: Date): session is Session =>
  session !== undefined && session.endedAt === undefined && new Date(session.expiresAt) > now;

/** Tells whether a session counts at a moment for the application of a client. */
export const isSessionAliveFor = (
  session: Session | undefined,
  clientId: string,
  now: Date,
): session is Session => isSessionAlive(session, now) && session.endedFor?.includes(clientId) !== true;

/** Tells whether a session is enough for what an application asks. */
export function suffices(
  session: Session,
  { clientId, prompt, maxAge }: AuthenticationRequest,
  now: Date,
): boolean {
  if (!isSessionAliveFor(session, clientId, now)) return false;
  if (prompt.includes('login') || prompt.includes('select_account')) return false;
  return maxAge === undefined || now.getTime() - Date.parse(session.authenticatedAt) <= maxAge * 1000;
}

/** The lifetime of a session, in seconds. */
export const sessionSeconds = 12 * 60 * 60;

/** The sessions, by their `sid`. */
export interface SessionStore {
  find(sid: string): Promise<Session | undefined>;
  create(session: Session): Promise<void>;
  /** Ends a session. Idempotent. */
  end(sid: string, at: Date): Promise<void>;
  /** Ends a session for the application of a client alone. Idempotent. */
  endFor(sid: string, clientId: string): Promise<void>;
}

/** Looks up a session by its `sid`. The record may be cached for a short, fixed time. */
export type FindSession = (sid: string) => Promise<Session | undefined>;
