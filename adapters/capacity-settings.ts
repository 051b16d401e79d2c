import type { Capacity } from '../core/capacity/capacity.ts';
import { createCapacityRecords } from './aws/capacity-records.ts';
import type { Table } from './aws/table.ts';
import { readEnvironment } from './environment.ts';

/** Returns the counters in the table, with their limits from the environment. */
export function createCapacity(table: Table, env: NodeJS.ProcessEnv): Capacity {
  const { MOST_APP_CLIENTS, MOST_API_KEYS } = readEnvironment(env, ['MOST_APP_CLIENTS', 'MOST_API_KEYS']);
  return {
    records: createCapacityRecords(table),
    limits: { 'app-clients': Number(MOST_APP_CLIENTS), 'api-keys': Number(MOST_API_KEYS) },
  };
}
