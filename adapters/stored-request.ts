import type { OnboardingRequest } from '../core/tickets/request.ts';

/** A request as it is stored. Whether its prerequisite is met has had another name since the first records. */
export type StoredRequest = Omit<OnboardingRequest, 'prerequisiteMet'> & {
  readonly ewacsAccountCreated: boolean;
};

/** Returns a request in its stored form. */
export function toStored({ prerequisiteMet, ...request }: OnboardingRequest): StoredRequest {
  return { ...request, ewacsAccountCreated: prerequisiteMet };
}

/** Returns a stored request in its normal form. */
export function fromStored({ ewacsAccountCreated, ...request }: StoredRequest): OnboardingRequest {
  return { ...request, prerequisiteMet: ewacsAccountCreated };
}
