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

/** The input that an operator has mended, checked like any other. */
export interface MendedInput {
  readonly request: OnboardingRequest;
  readonly digest: string;
}

const refusal = (detail: string) => ({ service: 'sallyport', operation: 'Redrive', detail });

/**
 * a new attempt at a ticket whose last one left nothing behind, with the same input or a mended one. The
 * attempt says which one it follows. Anything else is still running, is done, or is redriven by Step Functions.
 * @throws {NotFound} no such onboarding
 * @throws {Conflict} it did not end `Rejected` or `RolledBack`, or a later attempt has begun, or there is no place for
 *   another client
 * @throws {Rejected} the mended input belongs to another ticket
 */
export async function redrive(
  { tickets, onboardings, workflows, capacity }: Dependencies,
  onboardingId: string,
  mended?: MendedInput,
): Promise<Receipt> {
  const onboarding = await onboardings.find(onboardingId);
  if (onboarding === undefined) throw new NotFound(refusal('there is no such onboarding'));
  if (!retryableStatuses.includes(onboarding.status)) {
    throw new Conflict(
      refusal(
        `the onboarding is ${onboarding.status}; a new attempt follows only ${retryableStatuses.join(' or ')}`,
      ),
    );
  }
  const ticketNumber = onboarding.request.ticket.number;
  const ticket = await tickets.find(ticketNumber);
  if (ticket?.onboardingId !== onboardingId) {
    throw new Conflict(refusal('a later attempt at this ticket has begun'));
  }
  if (mended !== undefined && mended.request.ticket.number !== ticketNumber) {
    throw new Rejected(refusal('the input belongs to another ticket'));
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
  if (full !== undefined) throw new Conflict(refusal(`all ${full} are taken`));
  if (!(await tickets.supersede(ticket, next))) {
    await releaseFor(capacity, request.kind);
    throw new Conflict(refusal('a later attempt at this ticket has begun'));
  }
  return startAttempt({ tickets, onboardings, workflows }, next);
}
