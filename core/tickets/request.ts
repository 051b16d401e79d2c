import type { Environment } from '../catalogue/catalogue.ts';

/** What can be asked for: a profile with a client, a profile alone, a client for an existing profile. */
export const kinds = ['b2b-onboarding', 'b2b-user', 'api-client'] as const;
export type Kind = (typeof kinds)[number];

/** A requested item that payload and catalogue have nothing against, in its one normal form. */
export interface OnboardingRequest {
  readonly kind: Kind;
  readonly ticket: {
    readonly sysId: string;
    readonly number: string;
    /** Addresses of the business unit's people, who see the ticket. */
    readonly openedBy: string;
    readonly requestedFor: string;
  };
  readonly environment: Environment;
  /** Key of `Catalogue.regions`. */
  readonly region: string;
  /** Key of `Catalogue.products`. */
  readonly product: string;
  readonly company: string;
  /** The contract it falls under, if one is named; else the partner's default contract for the product. */
  readonly contractNumber?: string;
  /** Several lines, or empty. */
  readonly description: string;
  /** Empty where the kind needs no names and none were given; so are `lastName` and `telephone`. */
  readonly firstName: string;
  readonly lastName: string;
  /** The partner's mailbox; never one of those in `ticket`. */
  readonly email: string;
  readonly telephone: string;
  /** The login, in lower case: the directory does not tell cases apart. */
  readonly userId: string;
  readonly userRole: 'End User';
  /** As `parseIpRanges` gives them; empty for a profile alone. */
  readonly ipRanges: readonly string[];
  /** Whether the requester confirms that the EWACS account is there. */
  readonly ewacsAccountCreated: boolean;
}
