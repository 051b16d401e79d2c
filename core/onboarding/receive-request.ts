import type { OnboardingRequest } from './request.ts';
import { onboardingIdOf } from './ids.ts';
import type { Workflows } from './ports.ts';
import type { Attempt, Onboardings, OnboardingStatus, TicketRecord, Tickets } from './records.ts';

interface Dependencies {
  readonly tickets: Tickets;
  readonly onboardings: Onboardings;
  readonly workflows: Workflows;
}

export interface Receipt {
  readonly onboardingId: string;
  readonly executionArn: string;
  readonly status: OnboardingStatus;
}

export type RequestOutcome =
  | { readonly outcome: 'accepted' | 'repeated'; readonly receipt: Receipt }
  /** The ticket was sent before with other content, and that attempt has not ended without effect. */
  | { readonly outcome: 'conflict'; readonly onboardingId: string };

/** The ends that leave nothing behind: after them the same ticket may be tried with other content. */
export const startsAnew: readonly OnboardingStatus[] = ['Rejected', 'RolledBack'];

/**
 * Records a checked request under its ticket and starts its workflow, once:
 *
 *     no record ──record──▶ start            a crash in between is healed by the next delivery, or the sweep
 *     same content ───────▶ the first answer again
 *     other content ──────▶ conflict, or the next attempt after an end that left nothing behind
 */
export async function receiveRequest(deps: Dependencies, request: OnboardingRequest, digest: string): Promise<RequestOutcome> {
  const { tickets, onboardings } = deps;
  const attemptAt = (attempt: number): TicketRecord => ({
    ticketNumber: request.ticket.number, attempt, digest, request,
    onboardingId: onboardingIdOf(request.ticket.number, request.kind, request.environment, attempt),
  });

  const known = await tickets.find(request.ticket.number);
  if (known === undefined) {
    const first = attemptAt(1);
    if (await tickets.record(first)) return { outcome: 'accepted', receipt: await startAttempt(deps, first) };
    return receiveRequest(deps, request, digest);
  }
  if (known.digest === digest) return { outcome: 'repeated', receipt: await startAttempt(deps, known) };

  const latest = await onboardings.find(known.onboardingId);
  if (latest === undefined || !startsAnew.includes(latest.status)) return { outcome: 'conflict', onboardingId: known.onboardingId };
  const next = attemptAt(known.attempt + 1);
  if (await tickets.supersede(known, next)) return { outcome: 'accepted', receipt: await startAttempt(deps, next) };
  return receiveRequest(deps, request, digest);
}

/**
 * Without an onboarding's record its workflow has not begun: it is started, idempotently by name. With one it
 * must not be: Step Functions forgets names after 90 days.
 */
export async function startAttempt({ tickets, onboardings, workflows }: Dependencies, attempt: Attempt): Promise<Receipt> {
  const { onboardingId, ticketNumber } = attempt;
  const begun = await onboardings.find(onboardingId);
  if (begun === undefined) await workflows.start(onboardingId, { onboardingId, ticketNumber });
  await tickets.started(attempt);
  return { onboardingId, executionArn: workflows.executionArnOf(onboardingId), status: begun?.status ?? 'Running' };
}
