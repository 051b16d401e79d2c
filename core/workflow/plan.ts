import type { Route } from '../catalogue/route.ts';
import type { Kind } from '../tickets/request.ts';

/**
 * What an onboarding is going to do. It is decided once, from the request, its contract and the catalogue at
 * that moment. A plan with objections is not carried out, and its other values may be missing.
 */
export interface Plan {
  /** The id of the contract that applies, whether or not that contract exists. */
  readonly contractId: string;
  readonly assignmentGroup: string;
  readonly productName: string;
  /** The directory group of the product's users. */
  readonly group: string;
  readonly scopes: readonly string[];
  readonly ratePlan: string;
  /** All routes of the product, as paths of the gateway, including those that the scopes do not allow. */
  readonly routes: readonly Route[];
  readonly objections: readonly Reason[];
}

/** A reason why a request cannot be fulfilled, in a sentence that the requester understands. */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
}

export const makesProfile = (kind: Kind): boolean => kind !== 'api-client';
export const makesClient = (kind: Kind): boolean => kind !== 'b2b-user';
