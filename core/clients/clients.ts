import type { Page, PageRequest } from '../lifecycle/managed-records.ts';
import type { ClientMapping } from './client-mapping.ts';

/** The clients. Onboardings create them; operators list them, and change their status and their keys. */
export interface Clients {
  find(clientId: string): Promise<ClientMapping | undefined>;
  list(page: PageRequest, partnerId?: string): Promise<Page<ClientMapping>>;
  /** Like {@link ManagedRecords.replace}. */
  replace(client: ClientMapping): Promise<boolean>;
}
