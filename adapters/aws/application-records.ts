import type { Application, Applications } from '../../core/applications/application.ts';
import { createManagedRecords, type RecordKind } from './managed-records.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

const applicationRecords: RecordKind<Application> = {
  keyOf: (applicationId) => ({ pk: partitionKey('APPLICATION', applicationId), sk: 'APPLICATION' }),
  idOf: ({ applicationId }) => applicationId,
  partnerOf: ({ partnerId }) => partnerId,
  index: 'APPLICATIONS',
};

export const createApplications = (table: Table): Applications =>
  createManagedRecords(table, applicationRecords);

/** The item that says whose client it is. */
const clientKey = (clientId: string): Key => ({
  pk: partitionKey('APPLICATION_CLIENT', clientId),
  sk: 'APPLICATION',
});

interface ClientOfApplication {
  readonly applicationId: string;
}

/**
 * Creates the function that makes a client an application's. It returns false if it is another application's.
 * Idempotent.
 */
export const createClientClaim =
  (table: Pick<Table, 'update'>) =>
  async (clientId: string, applicationId: string): Promise<boolean> =>
    (await table.update(clientKey(clientId), {
      update: 'SET #applicationId = :applicationId',
      condition: 'attribute_not_exists(pk) OR #applicationId = :applicationId',
      values: { applicationId },
    })) !== undefined;

/** Creates the lookup of the application that a client belongs to. It reads the table every time. */
export const createApplicationOfClient =
  (table: Pick<Table, 'get'>) =>
  async (clientId: string): Promise<Application | undefined> => {
    const found = await table.get<ClientOfApplication>(clientKey(clientId));
    return found && table.get<Application>(applicationRecords.keyOf(found.applicationId));
  };
