import type { Route } from '../catalogue/route.ts';
import type { Kind } from '../tickets/request.ts';

/**
 * What an onboarding is going to do, decided once, by the request, its contract and the catalogue of that
 * moment. One that has objections is not carried out, and may lack anything else.
 */
export interface Plan {
  /** What it falls under, whether there is one of this id or not. */
  readonly contractId: string;
  readonly assignmentGroup: string;
  readonly productName: string;
  /** The directory group that the product's users are in. */
  readonly group: string;
  readonly scopes: readonly string[];
  readonly ratePlan: string;
  /** All routes of the product, as paths of the gateway: also those the scopes do not reach. */
  readonly routes: readonly Route[];
  readonly objections: readonly Reason[];
}

/** Something that stands in the way, in a sentence that the requester understands. */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
}

export const makesProfile = (kind: Kind): boolean => kind !== 'api-client';
export const makesClient = (kind: Kind): boolean => kind !== 'b2b-user';
