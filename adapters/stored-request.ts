import type { OnboardingRequest } from '../core/tickets/request.ts';

/** A request as it is stored. Some values have had other names there since the first records. */
export type StoredRequest = Omit<OnboardingRequest, 'prerequisiteMet' | 'ticket'> & {
  readonly ewacsAccountCreated: boolean;
  readonly ticket: Omit<OnboardingRequest['ticket'], 'id'> & { readonly sysId: string };
};

/** Returns a request in its stored form. */
export function toStored({ prerequisiteMet, ticket, ...request }: OnboardingRequest): StoredRequest {
  const { id: sysId, ...values } = ticket;
  return { ...request, ticket: { sysId, ...values }, ewacsAccountCreated: prerequisiteMet };
}

/** Returns a stored request in its normal form. */
export function fromStored({ ewacsAccountCreated, ticket, ...request }: StoredRequest): OnboardingRequest {
  const { sysId: id, ...values } = ticket;
  return { ...request, ticket: { id, ...values }, prerequisiteMet: ewacsAccountCreated };
}
