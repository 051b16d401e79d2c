import type { Issuer } from './records.ts';

/**
 * Returns the audience of logins by a link, and of the sessions that they open. A token that is meant for calls
 * does not have it.
 */
export const sessionAudience = (publicUrl: string): string => `${publicUrl}/session`;

/**
 * Tells whether a third party's token may be used in this way. A token for the audience of sessions is for
 * nothing else. An issuer whose tokens are also accepted on calls has to give that audience to its logins, so
 * that nobody can log in with a token that was seen on a call.
 */
export function isMeantFor(
  use: Issuer['uses'][number],
  { uses }: Pick<Issuer, 'uses'>,
  audience: readonly string[],
  publicUrl: string,
): boolean {
  if (!uses.includes(use)) return false;
  const isForSessions = audience.includes(sessionAudience(publicUrl));
  return use === 'session' ? isForSessions || !uses.includes('bearer') : !isForSessions;
}
