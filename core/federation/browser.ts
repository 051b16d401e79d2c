import type { Clock } from '../clock.ts';
import { sha256Of } from '../sha256.ts';
import { isSessionAlive, type Session, type SessionStore } from './session.ts';

/** What a browser carries. */
export interface Browser {
  /** The cookie that binds attempts to the browser. */
  readonly browserSecret?: string;
  /** The cookie of a session: `<sid>.<secret>`. */
  readonly session?: string;
}

/** Our own have 43 characters. */
const maxSidLength = 100;

/** Returns the session of a browser, if it is alive. */
export async function sessionOf(
  { sessions, clock }: { readonly sessions: Pick<SessionStore, 'find'>; readonly clock: Clock },
  { session: cookie }: Browser,
): Promise<Session | undefined> {
  const [sid, secret] = cookie?.split('.') ?? [];
  if (sid === undefined || secret === undefined || sid.length > maxSidLength) return undefined;
  const session = await sessions.find(sid);
  return isSessionAlive(session, clock.now()) && session.secretHash === sha256Of(secret)
    ? session
    : undefined;
}

/** Adds parameters to a registered address without a fragment, whose own query stays as it is. */
export function addressWith(
  address: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const added = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) added.append(name, value);
  }
  if (added.size === 0) return address;
  return `${address}${address.includes('?') ? '&' : '?'}${added.toString()}`;
}
