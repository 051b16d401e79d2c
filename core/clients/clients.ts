import type { Page, PageRequest } from '../lifecycle/managed-records.ts';
import type { ClientMapping } from './client-mapping.ts';

/** Clients are made by onboardings; operators list them, change their state and their keys. */
export interface Clients {
  find(clientId: string): Promise<ClientMapping | undefined>;
  list(page: PageRequest, partnerId?: string): Promise<Page<ClientMapping>>;
  /** As {@link ManagedRecords.replace}. */
  replace(client: ClientMapping): Promise<boolean>;
}
