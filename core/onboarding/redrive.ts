import type { Capacity } from '../capacity/capacity.ts';
import { Conflict, NotFound, Rejected } from '../errors.ts';
import { type Receipt, startAttempt, retryableStatuses, releaseFor, reserveFor } from './receive-request.ts';
import { onboardingIdOf } from '../workflow/ids.ts';
import type { Workflows } from '../workflow/ports.ts';
import type { Onboardings, TicketRecord, Tickets } from '../workflow/records.ts';
import type { OnboardingRequest } from '../tickets/request.ts';

interface Dependencies {
  readonly tickets: Tickets;
  readonly onboardings: Onboardings;
  readonly workflows: Workflows;
  readonly capacity: Capacity;
}

/** A corrected input from an operator. It was checked like any other input. */
export interface MendedInput {
  readonly request: OnboardingRequest;
  readonly digest: string;
}

const detailsOf = (detail: string) => ({ service: 'sallyport', operation: 'Redrive', detail });

/**
 * Starts a new attempt at a ticket whose last attempt left nothing behind, with the same input or a corrected
 * one. The new attempt records which one it follows. Any other attempt is still running, is done, or
 * must be redriven in Step Functions.
 * @throws {NotFound} if there is no such onboarding
 * @throws {Conflict} if it did not end `Rejected` or `RolledBack`, if a later attempt has begun, or if
 *   there is no capacity for another client
 * @throws {Rejected} if the corrected input belongs to another ticket
 */
export async function redrive(
  { tickets, onboardings, workflows, capacity }: Dependencies,
  onboardingId: string,
  mended?: MendedInput,
): Promise<Receipt> {
  const onboarding = await onboardings.find(onboardingId);
  if (onboarding === undefined) throw new NotFound(detailsOf('there is no such onboarding'));
  if (!retryableStatuses.includes(onboarding.status)) {
    throw new Conflict(
      detailsOf(
        `the onboarding is ${onboarding.status}; a new attempt follows only ${retryableStatuses.join(' or ')}`,
      ),
    );
  }
  const ticketNumber = onboarding.request.ticket.number;
  const ticket = await tickets.find(ticketNumber);
  if (ticket?.onboardingId !== onboardingId) {
    throw new Conflict(detailsOf('a later attempt at this ticket has begun'));
  }
  if (mended !== undefined && mended.request.ticket.number !== ticketNumber) {
    throw new Rejected(detailsOf('the input belongs to another ticket'));
  }

  const { request, digest } = mended ?? ticket;
  const attempt = ticket.attempt + 1;
  const next: TicketRecord = {
    ticketNumber,
    attempt,
    request,
    digest,
    redriveOf: onboardingId,
    onboardingId: onboardingIdOf(ticketNumber, request.kind, request.environment, attempt),
  };
  const full = await reserveFor(capacity, request.kind);
  if (full !== undefined) throw new Conflict(detailsOf(`all ${full} are taken`));
  if (!(await tickets.supersede(ticket, next))) {
    await releaseFor(capacity, request.kind);
    throw new Conflict(detailsOf('a later attempt at this ticket has begun'));
  }
  return startAttempt({ tickets, onboardings, workflows }, next);
}
