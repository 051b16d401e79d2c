import type { Contract } from '../contracts/records.ts';
import type { Partner } from '../partners/partner.ts';
import type { ClientMapping } from './client-mapping.ts';

/** The client with its contract and its partner. All three must be in force for the client to get access. */
export interface ClientContext {
  readonly client: ClientMapping | undefined;
  readonly contract: Contract | undefined;
  readonly partner: Partner | undefined;
}

/** Looks up a client with its contract and its partner. Each record is cached for a short, fixed time. */
export type FindClientContext = (clientId: string) => Promise<ClientContext>;
