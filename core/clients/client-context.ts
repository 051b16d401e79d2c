import type { Contract } from '../contracts/records.ts';
import type { Partner } from '../partners/partner.ts';
import type { ClientMapping } from './client-mapping.ts';

/** Everything that has to be in force for a client to be served. */
export interface ClientContext {
  readonly client: ClientMapping | undefined;
  readonly contract: Contract | undefined;
  readonly partner: Partner | undefined;
}

/** Looks up what a client stands on, each part remembered for a short, stated time. */
export type FindClientContext = (clientId: string) => Promise<ClientContext>;
