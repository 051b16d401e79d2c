import type { OnboardingRequest } from './request.ts';

/** The latest attempt at a ticket. */
export interface TicketRecord {
  readonly ticketNumber: string;
  readonly attempt: number;
  readonly onboardingId: string;
  /** The digest of the content. A replay of the same content has the same one. */
  readonly digest: string;
  readonly request: OnboardingRequest;
  /** The earlier attempt that an operator has redriven as this one. */
  readonly redriveOf?: string;
  /** ISO 8601. When the personal data in the request was removed; absent if it was not. */
  readonly personalDataRemovedAt?: string;
}

/** What identifies an attempt to be started. */
export type Attempt = Pick<TicketRecord, 'ticketNumber' | 'onboardingId'>;

/** The tickets. An attempt counts as not started from the moment it is recorded until `markStarted`. */
export interface Tickets {
  find(ticketNumber: string): Promise<TicketRecord | undefined>;
  /** Records the first attempt. False if the ticket is known already. */
  record(ticket: TicketRecord): Promise<boolean>;
  /** Replaces the previous attempt by the next one. False if the previous one is no longer the latest. */
  supersede(previous: TicketRecord, next: TicketRecord): Promise<boolean>;
  /** Records that the attempt's execution exists. Changes nothing if the attempt is not the latest. */
  markStarted(attempt: Attempt): Promise<void>;
  /**
   * Lists attempts that were recorded before this moment and not started. If there are many, it lists only
   * some.
   */
  listUnstarted(before: Date): Promise<readonly Attempt[]>;
  /**
   * Lists the latest attempts at tickets that were started before this moment, and whose requests still have
   * personal data. If there are many, it lists only the first.
   */
  listStarted(before: Date): Promise<readonly Attempt[]>;
  /** Lists a started attempt as if it had been started at this moment, unless a later one has begun. */
  postponeRemoval(attempt: Attempt, to: Date): Promise<void>;
  /** Removes the personal data of a started attempt's request, unless a later attempt has begun. */
  removePersonalData(attempt: Attempt, request: OnboardingRequest, at: Date): Promise<void>;
}
