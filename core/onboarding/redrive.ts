import type { Capacity } from '../capacity/capacity.ts';
import { Rejected } from '../errors.ts';
import type { TicketRecord, Tickets } from '../tickets/records.ts';
import type { OnboardingRequest } from '../tickets/request.ts';
import type { Workflows } from '../workflow/ports.ts';
import { recordNextAttempt, redriveError } from '../workflow/redrive.ts';
import { onboardingIdOf } from './ids.ts';
import type { ExecutionInput, Onboardings } from './onboarding.ts';
import { type Receipt, releaseFor, reserveFor, startAttempt } from './receive-request.ts';

interface Dependencies {
  readonly tickets: Tickets;
  readonly onboardings: Onboardings;
  readonly workflows: Workflows<ExecutionInput>;
  readonly capacity: Capacity;
}

/** A corrected input from an operator. It was checked like any other input. */
export interface MendedInput {
  readonly request: OnboardingRequest;
  readonly digest: string;
}

/**
 * Starts a new attempt at a ticket whose last attempt left nothing behind, with the same input or a corrected
 * one. The new attempt records which one it follows.
 * @throws the errors of `recordNextAttempt`
 * @throws {Rejected} if the corrected input belongs to another ticket, or if the same input is to be tried again
 *   and its personal data was removed
 */
export async function redrive(
  deps: Dependencies,
  onboardingId: string,
  mended?: MendedInput,
): Promise<Receipt> {
  const { tickets, onboardings, capacity } = deps;
  const next = await recordNextAttempt(
    'onboarding',
    onboardings,
    {
      latest: ({ request }) => tickets.find(request.ticket.number),
      idOf: (ticket) => ticket.onboardingId,
      next: (ticket) => nextAttempt(ticket, mended),
      reserve: ({ request }) => reserveFor(capacity, request.kind),
      release: ({ request }) => releaseFor(capacity, request.kind),
      supersede: (ticket, following) => tickets.supersede(ticket, following),
    },
    onboardingId,
  );
  return startAttempt(deps, next);
}

function nextAttempt(latest: TicketRecord, mended: MendedInput | undefined): TicketRecord {
  const { ticketNumber } = latest;
  const { request, digest } = mended ?? requireWholeInput(latest);
  if (request.ticket.number !== ticketNumber || request.ticket.id !== latest.request.ticket.id) {
    throw new Rejected(redriveError('the input belongs to another ticket: number and id must stay the same'));
  }
  const attempt = latest.attempt + 1;
  return {
    ticketNumber,
    attempt,
    request,
    digest,
    redriveOf: latest.onboardingId,
    onboardingId: onboardingIdOf(ticketNumber, request.kind, request.environment, attempt),
  };
}

/**
 * Returns the input of a ticket's latest attempt, to be tried again.
 * @throws {Rejected} if its personal data was removed
 */
function requireWholeInput({ request, digest, personalDataRemovedAt }: TicketRecord): MendedInput {
  if (personalDataRemovedAt === undefined) return { request, digest };
  throw new Rejected(
    redriveError(
      `the personal data of the request was removed on ${personalDataRemovedAt.slice(0, 10)}; give the whole request again with --input`,
    ),
  );
}
