import type { Environment } from '../catalogue/catalogue.ts';
import type { Kind } from '../tickets/request.ts';

/**
 * Returns the id of one attempt at a ticket. It is also the name of the execution, and the ownership mark on
 * everything that the attempt creates. It is derived and not random, so that a replay computes the same id.
 */
export function onboardingIdOf(
  ticketNumber: string,
  kind: Kind,
  environment: Environment,
  attempt: number,
): string {
  return `${ticketNumber}-${kind}-${environment}-${attempt}`;
}

/** Returns the number of the ticket that an attempt belongs to. A ticket number contains no hyphen. */
export function ticketNumberOf(onboardingId: string): string {
  return onboardingId.slice(0, onboardingId.indexOf('-'));
}

/**
 * Returns the reference by which a journal entry is found again. It ends in `)`, so that none is a prefix of
 * another.
 */
export function referenceOf(onboardingId: string, entry: string): string {
  return `(ref ${onboardingId}/${entry})`;
}
