import { intakeName, type Stall, type Stalls, type StallStage } from '../../core/workflow/records.ts';
import type { PendingList } from './partitions.ts';
import type { Key, Table } from './table.ts';
import {
  executionIdIn,
  executionKey,
  isOfExecution,
  pendingKeys,
  stallKeys,
  stepKey,
  type WorkflowKeys,
} from './workflow-keys.ts';

/** What the values of `gsi2pk` for stalls begin with, after the workflow's prefix. */
const stalledList: PendingList = 'STALLED';

/** Creates the store of stalls: steps, or the intake of a request, that make no progress for some time. */
export function createStallRecords(table: Table, keys: WorkflowKeys): Stalls {
  const stalled = (stage: StallStage): string => `${keys.pendingPrefix}${stalledList}#${stage}`;
  const keyOf = ({ executionId, what }: Pick<Stall, 'executionId' | 'what'>): Key =>
    what === intakeName ? executionKey(keys, executionId) : stepKey(keys, executionId, what);
  const isAsListed = '#gsi2pk = :listed AND #gsi2sk = :since';
  const asListed = ({ stage, since }: Stall) => ({ listed: stalled(stage), since: since.toISOString() });
  return {
    begin: async (executionId, what, since) => {
      const isIntake = what === intakeName;
      await table.update(keyOf({ executionId, what }), {
        update:
          'SET #stalledSince = if_not_exists(#stalledSince, :since), #gsi2sk = if_not_exists(#stalledSince, :since), ' +
          '#gsi2pk = if_not_exists(#stallStage, :stage), #stallStage = if_not_exists(#stallStage, :stage)',
        condition: isIntake ? '#status = :running' : 'attribute_not_exists(#state) OR #state <> :undone',
        values: {
          since: since.toISOString(),
          stage: stalled('untold'),
          ...(isIntake ? { running: 'Running' } : { undone: 'undone' }),
        },
      });
    },
    endIntake: async (executionId) => {
      await table.update(executionKey(keys, executionId), {
        update: `REMOVE ${pendingKeys}, ${stallKeys}`,
        // An execution that has ended is in the index for another reason.
        condition: '#status = :running',
        values: { running: 'Running' },
      });
    },
    list: async (stage, before) =>
      (await table.queryPending<Key & { readonly gsi2sk: string }>(stalled(stage), before.toISOString()))
        .filter((item) => isOfExecution(keys, item))
        .map(({ gsi2sk, ...key }) => ({
          executionId: executionIdIn(keys, key),
          stage,
          since: new Date(gsi2sk),
          what: key.sk === keys.prefix ? intakeName : key.sk.slice('STEP#'.length),
        })),
    advance: async (stall, to) => {
      await table.update(keyOf(stall), {
        update: 'SET #gsi2pk = :to, #stallStage = :to',
        condition: isAsListed,
        values: { ...asListed(stall), to: stalled(to) },
      });
    },
    forget: async (stall) => {
      await table.update(keyOf(stall), {
        update: `REMOVE ${pendingKeys}, ${stallKeys}`,
        condition: isAsListed,
        values: asListed(stall),
      });
    },
  };
}
