import { type Clock, secondsAfter } from '../clock.ts';
import { recordProfileState } from './user-records.ts';
import type { UserProfile, Users } from './user.ts';

/** What the directory has told of one user. */
export interface DirectoryEvent {
  readonly userId: string;
  readonly profile: UserProfile;
  /** The directory's name of the event, for the record. */
  readonly name: string;
}

/** How far the directory's clock may be ahead of ours, in seconds. A later event would keep out all that follow. */
const mostAheadSeconds = 5 * 60;

/**
 * Records what the directory has told. Events may come twice, late, in any order, and about users that nobody has
 * recorded. Events of the future are ignored.
 * @returns the ids of the users whose access has changed
 */
export async function receiveDirectoryEvents(
  { users, clock }: { readonly users: Users; readonly clock: Clock },
  events: readonly DirectoryEvent[],
): Promise<readonly string[]> {
  const changed: string[] = [];
  const latest = secondsAfter(clock.now(), mostAheadSeconds).getTime();
  for (const { userId, profile, name } of events.filter(
    ({ profile: { since } }) => Date.parse(since) <= latest,
  )) {
    const change = { at: clock.now().toISOString(), by: 'directory', why: name };
    if (await recordProfileState(users, userId, profile, change)) changed.push(userId);
  }
  return changed;
}
