import { type Propagation, type PropagationDependencies, propagateChange } from '../operators/propagation.ts';
import type { SessionStore } from './session.ts';

/** What ending a session needs. */
export interface SessionEnding extends PropagationDependencies {
  readonly sessions: Pick<SessionStore, 'end'>;
}

/**
 * Ends a session before its time, and with it every token that stands on it. Calls are refused as soon as after a
 * suspension by an operator.
 */
export async function endSession(ending: SessionEnding, sid: string): Promise<Propagation> {
  await ending.sessions.end(sid, ending.clock.now());
  return propagateChange(ending);
}
