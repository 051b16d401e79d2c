import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usualLimits } from '../../adapters/http/json-call.ts';
import { createTicketDesk } from '../../adapters/servicenow/ticket-desk.ts';
import { fixedSecret } from '../../core/secrets/cached-secret.ts';
import type { TicketDesk, TicketState } from '../../core/tickets/ports.ts';
import { createClock } from '../../local/kernel/clock.ts';
import { createFaults } from '../../local/kernel/faults.ts';
import { serve } from '../../local/kernel/serve.ts';
import { openStore } from '../../local/kernel/store.ts';
import type { TableRecord } from '../../local/servicenow/query.ts';
import { createServiceNow } from '../../local/servicenow/servicenow.ts';
import { type JournalField, openTables } from '../../local/servicenow/tables.ts';
import { describeDesk, type DeskMethod, type VendorTicket } from '../conformance/desk.ts';
import { unusedAddress, longTimeout } from '../conformance/faulty-calls.ts';

const oauthClient = { clientId: 'sallyport', clientSecret: 'twin-secret' };

/** The operation of ServiceNow that each method calls. */
const operations: Readonly<Record<DeskMethod | 'login', string>> = {
  login: 'Token',
  updateTicket: 'UpdateRecord',
  updateTask: 'UpdateRecord',
  hasEntry: 'QueryRecords',
  createTask: 'CreateRecord',
  findTask: 'QueryRecords',
};

/** What the numbers of ServiceNow's states mean. */
const states: Readonly<Record<string, TicketState>> = {
  1: 'open',
  2: 'in-progress',
  3: 'complete',
  4: 'incomplete',
};

function stateIn(record: TableRecord): TicketState {
  const state = states[record['state'] ?? ''];
  if (state === undefined) throw new Error(`unknown state ${record['state']}`);
  return state;
}

describeDesk({
  name: 'the ServiceNow adapter',
  logsIn: true,
  outageSaysNothingWasDone: false,
  start: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-servicenow-'));
    const [store, clock, faults] = [openStore(folder), createClock(), createFaults()];
    const instance = await serve(createServiceNow({ store, clock, faults, oauthClient }), 0);
    const tables = openTables(store, clock);
    const unused = await unusedAddress();

    const connectTo = (url: string, timeoutMilliseconds: number): TicketDesk =>
      createTicketDesk({
        url,
        credentials: fixedSecret(oauthClient),
        clock,
        limits: { ...usualLimits, timeoutMilliseconds },
      });
    const entriesOf = (record: TableRecord, field: JournalField): readonly string[] =>
      tables
        .records('sys_journal_field')
        .filter((entry) => entry['element_id'] === record['sys_id'] && entry['element'] === field)
        .map((entry) => entry['value'] ?? '');
    const ticketOf = (record: TableRecord): VendorTicket => ({
      state: stateIn(record),
      internalNotes: entriesOf(record, 'work_notes'),
      comments: entriesOf(record, 'comments'),
    });

    return {
      connect: (timeoutMilliseconds) => connectTo(instance.url, timeoutMilliseconds),
      connectToUnusedAddress: () => connectTo(unused, longTimeout),
      injectFault: ({ method, after, mode }) => {
        faults.add([{ service: 'servicenow', operation: operations[method], mode, after, times: 1 }]);
      },
      pendingFaults: () => faults.pending().length,
      clearFaults: () => faults.clear(),
      stop: async () => {
        await instance.close();
        store.close();
        rmSync(folder, { recursive: true });
      },
      unknownId: '0'.repeat(32),
      createTicket: async () => Promise.resolve(tables.insert('sc_req_item', {})['sys_id'] ?? ''),
      ticket: async (ticketId) => Promise.resolve(ticketOf(tables.get('sc_req_item', ticketId) ?? {})),
      tasksOf: async (ticketId) =>
        Promise.resolve(
          tables
            .records('sc_task')
            .filter((record) => record['request_item'] === ticketId)
            .map((record) => ({
              ...ticketOf(record),
              id: record['sys_id'] ?? '',
              number: record['number'] ?? '',
              assignmentGroup: record['assignment_group'] ?? '',
              title: record['short_description'] ?? '',
              text: record['description'] ?? '',
              correlationId: record['correlation_id'] ?? '',
            })),
        ),
      closeByHand: async (taskId, as) => {
        const task = tables.get('sc_task', taskId) ?? {};
        tables.update('sc_task', task, { state: as === 'complete' ? '3' : '4' });
        return Promise.resolve();
      },
    };
  },
});
