import { createHash, randomUUID } from 'node:crypto';
import type { TwinClock } from '../kernel/clock.ts';
import type { Store } from '../kernel/store.ts';
import type { TableRecord } from './query.ts';

/** A table whose records can be written with the Table API. */
export type TableName = 'sc_req_item' | 'sc_task';
export type JournalField = 'work_notes' | 'comments';

const journalFields: readonly JournalField[] = ['work_notes', 'comments'];
const system = [
  'sys_id',
  'number',
  'active',
  'closed_at',
  'sys_created_on',
  'sys_updated_on',
  'sys_mod_count',
];
const written = ['state', 'assignment_group', 'short_description', 'description', 'correlation_id'];

/** The columns that the stand-in knows. Like ServiceNow, it ignores all others. */
export const columns: Readonly<Record<TableName | 'sys_journal_field', ReadonlySet<string>>> = {
  sc_req_item: new Set([...system, ...written, 'request', 'cat_item', 'opened_by', 'requested_for']),
  sc_task: new Set([...system, ...written, 'request_item', 'close_notes']),
  sys_journal_field: new Set(['sys_id', 'name', 'element', 'element_id', 'value', 'sys_created_on']),
};

/** Columns that refer to a record of another table. The Table API shows them as `{link, value}`. */
export const references: Readonly<Record<string, string>> = {
  request_item: 'sc_req_item',
  request: 'sc_request',
  cat_item: 'sc_cat_item',
  assignment_group: 'sys_user_group',
  opened_by: 'sys_user',
  requested_for: 'sys_user',
};

const numberPrefix: Readonly<Record<TableName, string>> = { sc_req_item: 'RITM', sc_task: 'SCTASK' };
const closedStates: ReadonlySet<string> = new Set(['3', '4', '7']);

export interface Tables {
  records(table: TableName | 'sys_journal_field'): TableRecord[];
  get(table: TableName | 'sys_journal_field', sysId: string): TableRecord | undefined;
  /** Inserts a record. If the `sys_id` exists already, returns the existing record unchanged. */
  insert(table: TableName, values: TableRecord): TableRecord;
  update(table: TableName, record: TableRecord, values: TableRecord): TableRecord;
}

export function openTables(store: Store, clock: TwinClock): Tables {
  const kept = {
    sc_req_item: store.collection<TableRecord>('servicenow-sc_req_item'),
    sc_task: store.collection<TableRecord>('servicenow-sc_task'),
    sys_journal_field: store.collection<TableRecord>('servicenow-sys_journal_field'),
  };
  /** The time in UTC in ServiceNow's format. */
  const now = (): string => clock.now().toISOString().slice(0, 19).replace('T', ' ');
  const nextNumber = (table: TableName): string => {
    const used = new Set(kept[table].all().map((record) => record['number']));
    for (let next = 10_001; ; next += 1) {
      const number = `${numberPrefix[table]}${String(next).padStart(7, '0')}`;
      if (!used.has(number)) return number;
    }
  };
  const writeJournal = (table: TableName, sysId: string, values: TableRecord): void => {
    for (const element of journalFields) {
      const value = values[element] ?? '';
      if (value === '') continue;
      const entry = {
        sys_id: newSysId(),
        name: table,
        element,
        element_id: sysId,
        value,
        sys_created_on: now(),
      };
      kept.sys_journal_field.put(entry.sys_id, entry);
    }
  };
  /** Writes a record and what a call adds to its journal: all of it or nothing, also if the twin is killed. */
  const write = (table: TableName, record: TableRecord & { sys_id: string }, values: TableRecord): void => {
    store.together(() => {
      kept[table].put(record.sys_id, record);
      writeJournal(table, record.sys_id, values);
    });
  };
  const known = (table: TableName, values: TableRecord): TableRecord =>
    Object.fromEntries(Object.entries(values).filter(([column]) => columns[table].has(column)));
  const closing = (state: string): TableRecord =>
    closedStates.has(state) ? { active: 'false', closed_at: now() } : { active: 'true', closed_at: '' };

  return {
    records: (table) => kept[table].all(),
    get: (table, sysId) => kept[table].get(sysId),
    insert: (table, values) => {
      const { number = nextNumber(table) } = values;
      const assigned = values['number'] === undefined ? sysIdOfNumber(number) : newSysId();
      const sysId = values['sys_id'] ?? assigned;
      const there = kept[table].get(sysId);
      if (there !== undefined) return there;
      const given = { state: '1', ...known(table, values) };
      const record = {
        ...given,
        ...closing(given.state),
        sys_id: sysId,
        number,
        sys_created_on: now(),
        sys_updated_on: now(),
        sys_mod_count: '0',
      };
      write(table, record, values);
      return record;
    },
    update: (table, record, values) => {
      const sysId = record['sys_id'] ?? '';
      const changed = { ...record, ...known(table, values) };
      const updated = {
        ...changed,
        ...(changed['state'] === record['state'] ? {} : closing(changed['state'] ?? '')),
        sys_id: sysId,
        sys_updated_on: now(),
        sys_mod_count: String(Number(record['sys_mod_count']) + 1),
      };
      write(table, updated, values);
      return updated;
    },
  };
}

/** Returns 32 hexadecimal digits. */
const newSysId = (): string => randomUUID().replaceAll('-', '');

/** Returns the id of a record whose number the stand-in has chosen, so that a sample can name a task in advance. */
const sysIdOfNumber = (number: string): string => createHash('md5').update(number).digest('hex');
