import type { Application, Applications } from '../../core/applications/application.ts';
import type { Claims } from '../../core/lifecycle/claims.ts';
import { createClaims, createOwnerLookup } from './claims.ts';
import { createManagedRecords, type RecordKind } from './managed-records.ts';
import { partitionKey } from './partitions.ts';
import type { Table } from './table.ts';

const applicationRecords: RecordKind<Application> = {
  keyOf: (applicationId) => ({ pk: partitionKey('APPLICATION', applicationId), sk: 'APPLICATION' }),
  idOf: ({ applicationId }) => applicationId,
  partnerOf: ({ partnerId }) => partnerId,
  index: 'APPLICATIONS',
};

export const createApplications = (table: Table): Applications =>
  createManagedRecords(table, applicationRecords);

/** Which application has which client. */
export const createApplicationClients = (table: Table): Claims => createClaims(table, 'APPLICATION_CLIENT');

/** Creates the lookup of the application that a client belongs to. It reads the table every time. */
export function createApplicationOfClient(table: Pick<Table, 'get'>) {
  const findOwner = createOwnerLookup(table, 'APPLICATION_CLIENT');
  return async (clientId: string): Promise<Application | undefined> => {
    const applicationId = await findOwner(clientId);
    return applicationId === undefined
      ? undefined
      : table.get<Application>(applicationRecords.keyOf(applicationId));
  };
}
