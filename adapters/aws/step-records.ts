import { Conflict } from '../../core/errors.ts';
import type { NameIn, StepRecord, StepStore } from '../../core/workflow/records.ts';
import type { PendingList } from './partitions.ts';
import type { Key, Table } from './table.ts';
import {
  executionIdIn,
  isOfExecution,
  pendingKeys,
  stallKeys,
  stepKey,
  type WorkflowKeys,
} from './workflow-keys.ts';

/**
 * A step's item. Each fact is an attribute of its own, `fact_<name>`, so that adding one never overwrites
 * another.
 */
type StepItem = Pick<StepRecord<unknown>, 'state' | 'failure'> & Readonly<Record<`fact_${string}`, unknown>>;

/** How a fact is stored whose name or values in the table are not those in the code. */
interface StoredFact {
  readonly name?: string;
  /** Values in the code and in the table. A value is written as in its first pair, and every pair is read. */
  readonly values?: readonly (readonly [value: string, stored: string])[];
}
type StoredFacts = Readonly<Record<string, StoredFact>>;

function toStepRecord<Facts, Name extends NameIn<Facts>>(
  step: Name,
  item: StepItem,
  storedFacts: StoredFacts,
): StepRecord<Facts, Name> {
  const facts = Object.entries(item).flatMap(([attribute, stored]) =>
    attribute.startsWith('fact_') ? [fromStored(attribute.slice(5), stored, storedFacts)] : [],
  );
  return {
    step,
    state: item.state,
    facts: Object.fromEntries(facts) as Facts[Name],
    ...(item.failure !== undefined && { failure: item.failure }),
  };
}

/** Returns the name and the value that a fact has in the code. */
function fromStored(
  storedName: string,
  stored: unknown,
  storedFacts: StoredFacts,
): readonly [string, unknown] {
  const [name, { values = [] }] = Object.entries(storedFacts).find(
    ([each, fact]) => (fact.name ?? each) === storedName,
  ) ?? [storedName, {}];
  const [value] = values.find(([, each]) => each === stored) ?? [stored];
  return [name, value];
}

/** Returns the name and the value that a fact has in the table. */
function toStored(name: string, value: unknown, storedFacts: StoredFacts): readonly [string, unknown] {
  const { name: storedName = name, values = [] } = storedFacts[name] ?? {};
  const [, stored] = values.find(([each]) => each === value) ?? [value, value];
  return [storedName, stored];
}

/** The value of `gsi2pk`, after the workflow's prefix, for steps that wait for somebody outside. */
const waitingList: PendingList = 'WAITING';

/** Creates the store of the steps of a workflow's executions. */
export function createStepRecords<Facts extends Readonly<Record<keyof Facts, object>>>(
  table: Table,
  keys: WorkflowKeys,
  storedFacts: StoredFacts = {},
): StepStore<Facts> {
  const waiting = `${keys.pendingPrefix}${waitingList}`;
  const keyOf = (executionId: string, step: string): Key => stepKey(keys, executionId, step);
  const change = async (
    executionId: string,
    step: string,
    values: Readonly<Record<string, unknown>>,
    alsoUpdate = '',
  ): Promise<void> => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    const changed = await table.update(keyOf(executionId, step), {
      update: `SET ${given.map(([name]) => `#${name} = :${name}`).join(', ')}${alsoUpdate}`,
      condition: '#state IN (:intendedState, :appliedState)',
      values: { ...Object.fromEntries(given), intendedState: 'intended', appliedState: 'applied' },
    });
    if (changed === undefined) throw alreadyUndone(step);
  };
  const alreadyUndone = (step: string) =>
    new Conflict({ service: 'sallyport', operation: step, detail: 'the step has been undone' });
  const asAttributes = (facts: object) =>
    Object.fromEntries(
      Object.entries(facts).map(([name, value]) => {
        const [storedName, stored] = toStored(name, value, storedFacts);
        return [`fact_${storedName}`, stored];
      }),
    );
  const find = async <Name extends NameIn<Facts>>(
    executionId: string,
    step: Name,
  ): Promise<StepRecord<Facts, Name> | undefined> => {
    const item = await table.get<Partial<StepItem>>(keyOf(executionId, step));
    return item?.state === undefined
      ? undefined
      : toStepRecord(step, { ...item, state: item.state }, storedFacts);
  };

  const listSteps = async (executionId: string) =>
    (await table.query<Partial<StepItem> & Key>(`${keys.prefix}#${executionId}`, 'STEP#')).map(
      ({ sk, state, failure }) => ({ step: sk.slice('STEP#'.length) as NameIn<Facts>, state, failure }),
    );

  return {
    find,
    intend: async (executionId, step) => {
      const intended = await table.update<StepItem>(keyOf(executionId, step), {
        update: 'SET #state = :state',
        condition: 'attribute_not_exists(#state)',
        values: { state: 'intended' },
      });
      if (intended !== undefined) return { record: toStepRecord(step, intended, storedFacts), fresh: true };
      const record = await find(executionId, step);
      if (record === undefined || record.state === 'undone') throw alreadyUndone(step);
      return { record, fresh: false };
    },
    retract: async (executionId, step) => {
      await table.update(keyOf(executionId, step), {
        update: `REMOVE #state, ${pendingKeys}`,
        condition: '#state = :state',
        values: { state: 'intended' },
      });
    },
    note: (executionId, step, facts) => change(executionId, step, asAttributes(facts)),
    replaceFacts: async (executionId, step, { from, to }) => {
      const expected = asAttributes(from);
      const changed = Object.entries(asAttributes(to));
      const isAsExpected = changed.map(([name]) =>
        expected[name] === undefined ? `attribute_not_exists(#${name})` : `#${name} = :from_${name}`,
      );
      const known = Object.entries(expected).filter(([, value]) => value !== undefined);
      const replaced = await table.update(keyOf(executionId, step), {
        update: `SET ${changed.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        condition: ['#state = :applied', ...isAsExpected].join(' AND '),
        values: {
          ...Object.fromEntries(changed),
          ...Object.fromEntries(known.map(([name, value]) => [`from_${name}`, value])),
          applied: 'applied',
        },
      });
      return replaced !== undefined;
    },
    wait: async (executionId, step, since, facts) => {
      const attributes = Object.entries({
        ...asAttributes(facts),
        gsi2pk: waiting,
        gsi2sk: since.toISOString(),
      });
      const waits = await table.update(keyOf(executionId, step), {
        update: `SET ${attributes.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        condition: '#state = :state',
        values: { ...Object.fromEntries(attributes), state: 'intended' },
      });
      if (waits === undefined) await change(executionId, step, asAttributes(facts));
    },
    applied: (executionId, step, facts) =>
      change(
        executionId,
        step,
        { ...asAttributes(facts), state: 'applied' },
        ` REMOVE #failure, ${pendingKeys}, ${stallKeys}`,
      ),
    undone: async (executionId, step) => {
      await table.update(keyOf(executionId, step), {
        update: `SET #state = :state REMOVE ${pendingKeys}, ${stallKeys}`,
        values: { state: 'undone' },
      });
    },
    removeFacts: async (executionId, step, names) => {
      const attributes = names.map((name) => `#fact_${storedFacts[name]?.name ?? name}`);
      await table.update(keyOf(executionId, step), {
        update: `REMOVE ${attributes.join(', ')}`,
        condition: 'attribute_exists(#state)',
      });
    },
    tombstone: async (executionId, step) =>
      (await table.update(keyOf(executionId, step), {
        update: `SET #state = :state REMOVE ${pendingKeys}, ${stallKeys}`,
        condition: 'attribute_not_exists(#state)',
        values: { state: 'undone' },
      })) !== undefined,
    failed: async (executionId, step, failure) => {
      await table.update(keyOf(executionId, step), {
        update: 'SET #failure = :failure',
        values: { failure },
      });
    },
    stepsInEffect: async (executionId) =>
      (await listSteps(executionId)).flatMap(({ step, state }) =>
        state === 'intended' || state === 'applied' ? [step] : [],
      ),
    failedStep: async (executionId) =>
      (await listSteps(executionId)).flatMap(({ step, failure }) =>
        failure === undefined ? [] : [{ step, failure }],
      )[0],
    listWaits: async (before) =>
      (await table.queryPending<Key & { readonly gsi2sk: string }>(waiting, before.toISOString()))
        .filter((item) => isOfExecution(keys, item))
        .map(({ gsi2sk, ...key }) => ({
          executionId: executionIdIn(keys, key),
          step: key.sk.slice('STEP#'.length),
          since: new Date(gsi2sk),
        })),
    forget: async ({ executionId, step, since }) => {
      await table.update(keyOf(executionId, step), {
        update: `REMOVE ${pendingKeys}`,
        condition: '#gsi2sk = :since',
        values: { since: since.toISOString() },
      });
    },
  };
}
