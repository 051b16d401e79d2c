import { type Propagation, type PropagationDependencies, propagateChange } from '../operators/propagation.ts';
import type { Session, SessionStore } from './session.ts';

/** What ending a session needs. */
export interface SessionEnding extends PropagationDependencies {
  readonly sessions: Pick<SessionStore, 'end'>;
}

/**
 * Ends sessions before their time, and with them every token that stands on them. Calls are refused as soon as after
 * a suspension by an operator.
 */
export async function endSessions(ending: SessionEnding, sids: readonly string[]): Promise<Propagation> {
  for (const sid of sids) await ending.sessions.end(sid, ending.clock.now());
  return propagateChange(ending);
}

/** Returns a session, and those that it has replaced. */
export const sidsOf = ({ sid, earlierSids = [] }: Session): readonly string[] => [sid, ...earlierSids];
