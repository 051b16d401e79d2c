import { Hono } from 'hono';
import * as z from 'zod';
import type { TwinClock } from '../kernel/clock.ts';
import type { Faults } from '../kernel/faults.ts';
import type { Fetchable } from '../kernel/serve.ts';
import type { Store } from '../kernel/store.ts';
import { faultAnswers, noRecord, notAuthenticated, tableError } from './answers.ts';
import { type TableRecord, parseQuery } from './query.ts';
import { type JournalField, type TableName, columns, openTables, references } from './tables.ts';
import { type OAuthClient, createTokenEndpoint } from './token-endpoint.ts';

export interface ServiceNowOptions {
  readonly store: Store;
  readonly clock: TwinClock;
  readonly faults: Faults;
  readonly oauthClient: OAuthClient;
}

export interface RequestItem {
  readonly sysId: string;
  readonly number: string;
  readonly openedBy: string;
  readonly requestedFor: string;
}

interface JournalEntry {
  readonly text: string;
  /** ISO 8601. */
  readonly at: string;
}

/** A ticket as `GET /_twin/tickets` lists it. */
export interface StoredTicket {
  readonly sys_id: string;
  readonly number: string;
  readonly table: TableName;
  readonly state: string;
  readonly assignment_group: string;
  readonly work_notes: readonly JournalEntry[];
  readonly comments: readonly JournalEntry[];
}

export interface ServiceNow extends Fetchable {
  /** Creates the requested item, as the requester's order would have. An existing item stays unchanged. */
  ensureRequestItem(item: RequestItem): void;
  /** Returns requested items, then tasks. Each has its journal in the order of writing. */
  listTickets(): StoredTicket[];
}

/** The account for people who explore the twin: `Authorization: Basic`, `admin` with the password `admin`. */
const adminAccount = `Basic ${Buffer.from('admin:admin').toString('base64')}`;

const ticketTable = z.enum(['sc_req_item', 'sc_task']);
const readableTable = z.enum(['sc_req_item', 'sc_task', 'sys_journal_field']);
const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

/**
 * Creates a ServiceNow instance: the OAuth token endpoint and the Table API of requested items, tasks and
 * journal.
 */
export function createServiceNow({ store, clock, faults, oauthClient }: ServiceNowOptions): ServiceNow {
  faults.register('servicenow', ['Token', 'QueryRecords', 'GetRecord', 'CreateRecord', 'UpdateRecord']);
  const tables = openTables(store, clock);
  const tokens = createTokenEndpoint(oauthClient, clock, faults);
  const around = (operation: string, effect: () => Response): Promise<Response> =>
    faults.around('servicenow', operation, faultAnswers, effect);

  const app = new Hono();
  app.route('/', tokens.routes);
  app.use('/api/now/*', async (context, next) => {
    const authorization = context.req.header('authorization') ?? '';
    if (authorization !== adminAccount && !tokens.isLive(authorization.replace(/^Bearer /, ''))) {
      return notAuthenticated();
    }
    return next();
  });

  app.get('/api/now/table/:table', (context) =>
    around('QueryRecords', () => {
      const table = readableTable.safeParse(context.req.param('table')).data;
      if (table === undefined) return noTable();
      const { sysparm_query: query = '', sysparm_limit: limit = '10000' } = context.req.query();
      const matches = parseQuery(query, columns[table]);
      if (matches === undefined) {
        return tableError(
          400,
          'Invalid query',
          'Served here: field=value and fieldLIKEvalue of known fields, joined by ^',
        );
      }
      const found = tables.records(table).filter(matches).slice(0, Number(limit));
      return Response.json({ result: found.map((record) => view(record, context.req.raw)) });
    }),
  );

  app.get('/api/now/table/:table/:sysId', (context) =>
    around('GetRecord', () => {
      const table = readableTable.safeParse(context.req.param('table')).data;
      if (table === undefined) return noTable();
      const record = tables.get(table, context.req.param('sysId'));
      return record === undefined ? noRecord() : Response.json({ result: view(record, context.req.raw) });
    }),
  );

  app.post('/api/now/table/:table', async (context) => {
    const table = ticketTable.safeParse(context.req.param('table')).data;
    const body = values.safeParse(await context.req.json().catch(() => undefined));
    return around('CreateRecord', () => {
      if (table === undefined) return noTable();
      if (!body.success) return unreadable();
      return Response.json(
        { result: view(tables.insert(table, body.data), context.req.raw) },
        { status: 201 },
      );
    });
  });

  app.patch('/api/now/table/:table/:sysId', async (context) => {
    const table = ticketTable.safeParse(context.req.param('table')).data;
    const body = values.safeParse(await context.req.json().catch(() => undefined));
    return around('UpdateRecord', () => {
      if (table === undefined) return noTable();
      const record = tables.get(table, context.req.param('sysId'));
      if (record === undefined) return noRecord();
      if (!body.success) return unreadable();
      return Response.json({ result: view(tables.update(table, record, body.data), context.req.raw) });
    });
  });

  app.notFound(() => tableError(400, 'Requested URI does not represent any resource', ''));

  const journals = (): ((sysId: string, element: JournalField) => JournalEntry[]) => {
    const entries = Map.groupBy(
      tables.records('sys_journal_field'),
      (entry) => `${entry['element_id'] ?? ''} ${entry['element'] ?? ''}`,
    );
    return (sysId, element) =>
      (entries.get(`${sysId} ${element}`) ?? []).map((entry) => ({
        text: entry['value'] ?? '',
        at: `${(entry['sys_created_on'] ?? '').replace(' ', 'T')}Z`,
      }));
  };

  return {
    fetch: (request) => app.fetch(request),
    ensureRequestItem: ({ sysId, number, openedBy, requestedFor }) => {
      tables.insert('sc_req_item', {
        sys_id: sysId,
        number,
        opened_by: openedBy,
        requested_for: requestedFor,
      });
    },
    listTickets: () => {
      const journal = journals();
      return ticketTable.options.flatMap((table) =>
        tables.records(table).map((record) => {
          const { sys_id = '', number = '', state = '', assignment_group = '' } = record;
          return {
            sys_id,
            number,
            table,
            state,
            assignment_group,
            work_notes: journal(sys_id, 'work_notes'),
            comments: journal(sys_id, 'comments'),
          };
        }),
      );
    },
  };
}

const noTable = (): Response =>
  tableError(400, 'Invalid table', 'Served here: sc_req_item, sc_task and, to read, sys_journal_field');
const unreadable = (): Response =>
  tableError(400, 'Exception while reading request', 'The request body must be a JSON object of strings');

/**
 * Returns a record as the Table API shows it: the requested fields, and references with their links unless
 * the request excludes them.
 */
function view(record: TableRecord, { url }: Request): object {
  const { searchParams, origin } = new URL(url);
  const fields = searchParams.get('sysparm_fields')?.split(',') ?? Object.keys(record);
  const plain = searchParams.get('sysparm_exclude_reference_link') === 'true';
  const shown = (field: string, value: string): unknown => {
    const table = references[field];
    if (plain || value === '' || table === undefined) return value;
    return { link: `${origin}/api/now/table/${table}/${encodeURIComponent(value)}`, value };
  };
  return Object.fromEntries(
    fields.filter((field) => field in record).map((field) => [field, shown(field, record[field] ?? '')]),
  );
}
