import type { Environment } from '../catalogue/catalogue.ts';

/** The kinds of requests: a profile with a client, only a profile, or a client for an existing profile. */
export const kinds = ['b2b-onboarding', 'b2b-user', 'api-client'] as const;
export type Kind = (typeof kinds)[number];

/**
 * A valid request in its normal form, whichever desk it came from. It was checked against the rules for
 * requests and against the catalogue. Some time after its end, `withoutPersonalData` is what is left of it.
 */
export interface OnboardingRequest {
  readonly kind: Kind;
  readonly ticket: {
    /** The desk's own id of the ticket. */
    readonly id: string;
    readonly number: string;
    /** The mailboxes of the people in the business unit who see the ticket. */
    readonly openedBy: string;
    readonly requestedFor: string;
  };
  readonly environment: Environment;
  /** A key of `Catalogue.regions`. */
  readonly region: string;
  /** A key of `Catalogue.products`. */
  readonly product: string;
  readonly company: string;
  /**
   * The contract that applies, if the request names one; otherwise the partner's default contract for the
   * product.
   */
  readonly contractNumber?: string;
  /** May have several lines, or be empty. */
  readonly description: string;
  /**
   * Empty if the kind does not require names and none was given; the same applies to `lastName` and
   * `telephone`.
   */
  readonly firstName: string;
  readonly lastName: string;
  /** The partner's mailbox. It is never one of those in `ticket`. */
  readonly email: string;
  readonly telephone: string;
  /** The login in lower case, because the directory ignores case. */
  readonly userId: string;
  readonly userRole: 'End User';
  /** The ranges as `parseIpRanges` returns them; may be empty for a profile alone. */
  readonly ipRanges: readonly string[];
  /** Whether the requester confirms that the catalogue's prerequisite is met. */
  readonly prerequisiteMet: boolean;
}

/**
 * Returns the request without what it says about people: names, mailboxes, telephone, user id, description. What
 * was asked for, the company and the ids stay.
 */
export function withoutPersonalData(request: OnboardingRequest): OnboardingRequest {
  return {
    ...request,
    ticket: { ...request.ticket, openedBy: '', requestedFor: '' },
    description: '',
    firstName: '',
    lastName: '',
    email: '',
    telephone: '',
    userId: '',
  };
}

export const makesProfile = (kind: Kind): boolean => kind !== 'api-client';
export const makesClient = (kind: Kind): boolean => kind !== 'b2b-user';
