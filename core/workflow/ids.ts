import type { Environment } from '../catalogue/catalogue.ts';
import type { Kind } from '../tickets/request.ts';

/**
 * The id of one attempt at a ticket. It is also the execution's name and the ownership mark on everything
 * that the attempt makes, so it is derived, never drawn: a replay computes the same one.
 */
export function onboardingIdOf(
  ticketNumber: string,
  kind: Kind,
  environment: Environment,
  attempt: number,
): string {
  return `${ticketNumber}-${kind}-${environment}-${attempt}`;
}

/** The ticket that an attempt is one at: its number holds no hyphen. */
export function ticketNumberOf(onboardingId: string): string {
  return onboardingId.slice(0, onboardingId.indexOf('-'));
}

/** What a journal entry carries so that it can be found again; ends in `)` so that none is a prefix of another. */
export function referenceOf(onboardingId: string, entry: string): string {
  return `(ref ${onboardingId}/${entry})`;
}
