import { environments, type Environment } from '../catalogue/environment.ts';
import { kinds, type Kind } from '../tickets/request.ts';

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

const idPattern = new RegExp(
  `^([A-Z0-9]+(?:-[A-Z0-9]+)*)-(${kinds.join('|')})-(${environments.join('|')})-\\d+$`,
);

/** Returns the ticket, the kind and the environment of an onboarding, or undefined if the text is no onboarding's id. */
export function parseOnboardingId(
  text: string,
): { readonly ticketNumber: string; readonly kind: string; readonly environment: Environment } | undefined {
  const [, ticketNumber, kind, named] = idPattern.exec(text) ?? [];
  const environment = environments.find((known) => known === named);
  if (ticketNumber === undefined || kind === undefined || environment === undefined) return undefined;
  return { ticketNumber, kind, environment };
}

/**
 * Returns the number of the ticket that an attempt belongs to. A ticket number may contain hyphens, so the id
 * is read from its end.
 */
export function ticketNumberOf(onboardingId: string): string {
  return parseOnboardingId(onboardingId)?.ticketNumber ?? onboardingId;
}
