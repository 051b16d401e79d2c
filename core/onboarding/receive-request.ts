import {
  type Capacity,
  type CountedResource,
  releaseCapacity,
  reserveCapacity,
} from '../capacity/capacity.ts';
import { type Kind, makesClient, type OnboardingRequest } from '../tickets/request.ts';
import { onboardingIdOf } from './ids.ts';
import type { Workflows } from '../workflow/ports.ts';
import type { Attempt, TicketRecord, Tickets } from '../tickets/records.ts';
import { retryableStatuses } from '../workflow/ends.ts';
import { type StartedExecution, startOnce } from '../workflow/start.ts';
import type { ExecutionInput, Onboardings } from './onboarding.ts';

interface Dependencies {
  readonly tickets: Tickets;
  readonly onboardings: Onboardings;
  readonly workflows: Workflows<ExecutionInput>;
}

interface AcceptingDependencies extends Dependencies {
  readonly capacity: Capacity;
}

/** Tells the sender which onboarding and execution belong to its request, and their status. */
export interface Receipt extends StartedExecution {
  readonly onboardingId: string;
}

export type RequestOutcome =
  | { readonly outcome: 'accepted' | 'repeated'; readonly receipt: Receipt }
  /**
   * The ticket was sent before with other content, and that attempt has not ended `Rejected` or `RolledBack`.
   */
  | { readonly outcome: 'conflict'; readonly onboardingId: string }
  /** There is no capacity for another client. Nothing was recorded. */
  | { readonly outcome: 'full'; readonly counted: CountedResource };

/**
 * Reserves the capacity that a request of this kind needs.
 * @returns the resource that is used up, if one is
 */
export const reserveFor = async (capacity: Capacity, kind: Kind): Promise<CountedResource | undefined> =>
  makesClient(kind) ? reserveCapacity(capacity) : undefined;

/** Releases the capacity that a request of this kind has reserved. */
export const releaseFor = async (capacity: Capacity, kind: Kind): Promise<void> => {
  if (makesClient(kind)) await releaseCapacity(capacity);
};

/**
 * Records a checked request under its ticket, and starts its workflow exactly once:
 *
 *     no record ──record──▶ start            after a crash, the next delivery or the sweep starts it
 *     same content ───────▶ the first answer again
 *     other content ──────▶ conflict, or the next attempt after an end that left nothing behind
 *
 * An attempt that creates a client must reserve capacity for it first.
 */
export async function receiveRequest(
  deps: AcceptingDependencies,
  request: OnboardingRequest,
  digest: string,
): Promise<RequestOutcome> {
  const { tickets, onboardings } = deps;
  const attemptAt = (attempt: number): TicketRecord => ({
    ticketNumber: request.ticket.number,
    attempt,
    digest,
    request,
    onboardingId: onboardingIdOf(request.ticket.number, request.kind, request.environment, attempt),
  });

  const accept = async (attempt: TicketRecord, record: () => Promise<boolean>): Promise<RequestOutcome> => {
    const full = await reserveFor(deps.capacity, request.kind);
    if (full !== undefined) {
      // Another delivery of the same request may have taken the last place.
      const now = await tickets.find(request.ticket.number);
      return now?.onboardingId === attempt.onboardingId
        ? receiveRequest(deps, request, digest)
        : { outcome: 'full', counted: full };
    }
    if (await record()) return { outcome: 'accepted', receipt: await startAttempt(deps, attempt) };
    await releaseFor(deps.capacity, request.kind);
    return receiveRequest(deps, request, digest);
  };

  const known = await tickets.find(request.ticket.number);
  if (known === undefined) {
    const first = attemptAt(1);
    return accept(first, () => tickets.record(first));
  }
  if (known.digest === digest) return { outcome: 'repeated', receipt: await startAttempt(deps, known) };

  const latest = await onboardings.find(known.onboardingId);
  if (latest === undefined || !retryableStatuses.includes(latest.status)) {
    return { outcome: 'conflict', onboardingId: known.onboardingId };
  }
  const next = attemptAt(known.attempt + 1);
  return accept(next, () => tickets.supersede(known, next));
}

/** Starts the workflow of an attempt, unless it has started. */
export async function startAttempt(
  { tickets, onboardings, workflows }: Dependencies,
  attempt: Attempt,
): Promise<Receipt> {
  const { onboardingId, ticketNumber } = attempt;
  const started = await startOnce(onboardings, workflows, onboardingId, { onboardingId, ticketNumber });
  await tickets.markStarted(attempt);
  return { onboardingId, ...started };
}
