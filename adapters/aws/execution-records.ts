import type { Clock } from '../../core/clock.ts';
import { Conflict } from '../../core/errors.ts';
import type { ExecutionRecord, ExecutionRecords, JournalIntents } from '../../core/workflow/records.ts';
import type { Key, Table } from './table.ts';
import { endedPartition, executionKey, stallKeys, type WorkflowKeys } from './workflow-keys.ts';

/**
 * Creates the store of a workflow's executions.
 * An execution that is concluded is in the index of pending work until its personal data is removed.
 * @param idOf returns the id of the execution from its record
 */
export function createExecutionRecords<Subject extends ExecutionRecord>(
  table: Table,
  keys: WorkflowKeys,
  idOf: (subject: Subject) => string,
  clock: Clock,
): ExecutionRecords<Subject> {
  return {
    find: (executionId) => table.get<Subject>(executionKey(keys, executionId)),
    create: async (subject) => {
      const key = executionKey(keys, idOf(subject));
      if (await table.create(key, subject)) return subject;
      return (await table.get<Subject>(key)) ?? subject;
    },
    conclude: async (executionId, from, to, reasons) => {
      // `to` is allowed as well, so that a repeated call succeeds.
      const priors = Object.fromEntries([...from, to].map((status, index) => [`prior${index}`, status]));
      const priorNames = Object.keys(priors)
        .map((name) => `:${name}`)
        .join(', ');
      const concluded = await table.update(executionKey(keys, executionId), {
        update: `SET #status = :to, #endedAt = :now, #gsi2pk = :ended, #gsi2sk = :now${
          reasons === undefined ? '' : ', #reasons = :reasons'
        } REMOVE ${stallKeys}`,
        condition: `#status IN (${priorNames})`,
        values: {
          to,
          now: clock.now().toISOString(),
          ended: endedPartition(keys),
          ...priors,
          ...(reasons !== undefined && { reasons }),
        },
      });
      if (concluded === undefined) {
        throw new Conflict({
          service: 'sallyport',
          operation: 'Conclude',
          detail: `the execution has ended otherwise than ${to}`,
        });
      }
    },
  };
}

/**
 * Creates the records that tell whether a journal entry was begun or written. They have a partition of their
 * own, because functions write them that may not change the execution.
 */
export function createJournalRecords(table: Table, { prefix }: WorkflowKeys): JournalIntents {
  const journalKey = (executionId: string, entry: string): Key => ({
    pk: `${prefix}_JOURNAL#${executionId}`,
    sk: `JOURNAL#${entry}`,
  });
  return {
    begin: async (executionId, entry) => {
      const key = journalKey(executionId, entry);
      if (await table.create(key, { state: 'begun' })) return 'fresh';
      return (await table.get<{ readonly state: 'begun' | 'written' }>(key))?.state ?? 'fresh';
    },
    begunWith: async (executionId, prefix) => {
      const { pk, sk } = journalKey(executionId, '');
      const items = await table.query<Key>(pk, `${sk}${prefix}`);
      return items.map((item) => item.sk.slice(sk.length));
    },
    written: async (executionId, entry) => {
      await table.update(journalKey(executionId, entry), {
        update: 'SET #state = :state',
        values: { state: 'written' },
      });
    },
  };
}
