import type { Clock } from '../../core/clock.ts';
import { Conflict } from '../../core/errors.ts';
import type {
  Attempt,
  JournalIntents,
  Onboarding,
  Onboardings,
  ResourceReferences,
  Stall,
  Stalls,
  StallStage,
  StepName,
  StepRecord,
  Steps,
  TicketRecord,
  Tickets,
} from '../../core/workflow/records.ts';
import type { Key, Table } from './table.ts';

const ticketKey = (ticketNumber: string): Key => ({ pk: `TICKET#${ticketNumber}`, sk: 'TICKET' });
const onboardingKey = (onboardingId: string): Key => ({ pk: `ONBOARDING#${onboardingId}`, sk: 'ONBOARDING' });
const stepKey = (onboardingId: string, step: StepName): Key => ({
  pk: `ONBOARDING#${onboardingId}`,
  sk: `STEP#${step}`,
});
const journalKey = (onboardingId: string, entry: string): Key => ({
  pk: `ONBOARDING#${onboardingId}`,
  sk: `JOURNAL#${entry}`,
});
const claimsKey = (resource: string): Key => ({ pk: `SHARED#${resource}`, sk: 'CLAIMS' });

/** The value of `gsi2pk` for tickets that were recorded but not started. Usually there are none. */
const unstarted = 'UNSTARTED';
/** The value of `gsi2pk` for steps that wait. */
const waiting = 'WAITING';
/** The write that ends the pending state removes these index keys. */
const pendingKeys = '#gsi2pk, #gsi2sk';
/** These attributes identify a stall while it lasts. */
const stallKeys = '#stalledSince, #stallStage';
const stalled = (stage: StallStage): string => `STALLED#${stage}`;

/** Creates the store of ticket records. */
export function createTickets(table: Table, clock: Clock): Tickets {
  return {
    find: (ticketNumber) => table.get<TicketRecord>(ticketKey(ticketNumber)),
    record: (ticket) =>
      table.create(ticketKey(ticket.ticketNumber), {
        ...ticket,
        gsi2pk: unstarted,
        gsi2sk: clock.now().toISOString(),
      }),
    supersede: async (previous, { attempt, onboardingId, digest, request, redriveOf }) => {
      const values = {
        attempt,
        onboardingId,
        digest,
        request,
        unstarted,
        now: clock.now().toISOString(),
        previous: previous.onboardingId,
        ...(redriveOf !== undefined && { redriveOf }),
      };
      const superseded = await table.update(ticketKey(previous.ticketNumber), {
        update: `SET #attempt = :attempt, #onboardingId = :onboardingId, #digest = :digest, #request = :request, #gsi2pk = :unstarted, #gsi2sk = :now${
          redriveOf === undefined ? ' REMOVE #redriveOf' : ', #redriveOf = :redriveOf'
        }`,
        condition: '#onboardingId = :previous',
        values,
      });
      return superseded !== undefined;
    },
    markStarted: async ({ ticketNumber, onboardingId }) => {
      await table.update(ticketKey(ticketNumber), {
        update: `REMOVE ${pendingKeys}`,
        condition: '#onboardingId = :onboardingId',
        values: { onboardingId },
      });
    },
    listUnstarted: (before) => table.queryPending<Attempt>(unstarted, before.toISOString()),
  };
}

/** Creates the store of onboardings. */
export function createOnboardings(table: Table): Onboardings {
  return {
    find: (onboardingId) => table.get<Onboarding>(onboardingKey(onboardingId)),
    create: async (onboarding) => {
      const key = onboardingKey(onboarding.onboardingId);
      if (await table.create(key, onboarding)) return onboarding;
      return (await table.get<Onboarding>(key)) ?? onboarding;
    },
    conclude: async (onboardingId, from, to, reasons) => {
      // `to` is allowed as well, so that a repeated call succeeds.
      const priors = Object.fromEntries([...from, to].map((status, index) => [`prior${index}`, status]));
      const priorNames = Object.keys(priors)
        .map((name) => `:${name}`)
        .join(', ');
      const concluded = await table.update(onboardingKey(onboardingId), {
        update: `SET #status = :to${reasons === undefined ? '' : ', #reasons = :reasons'} REMOVE ${pendingKeys}, ${stallKeys}`,
        condition: `#status IN (${priorNames})`,
        values: { to, ...priors, ...(reasons !== undefined && { reasons }) },
      });
      if (concluded === undefined) {
        throw new Conflict({
          service: 'sallyport',
          operation: 'Conclude',
          detail: `the onboarding has ended otherwise than ${to}`,
        });
      }
    },
  };
}

/**
 * A step's item. Each fact is an attribute of its own, `fact_<name>`, so that adding one never overwrites
 * another.
 */
type StepItem = Pick<StepRecord, 'state' | 'failure'> & Readonly<Record<`fact_${string}`, unknown>>;

function toStepRecord<Name extends StepName>(step: Name, item: StepItem): StepRecord<Name> {
  const facts = Object.entries(item).flatMap(([name, value]) =>
    name.startsWith('fact_') ? [[name.slice(5), value] as const] : [],
  );
  return {
    step,
    state: item.state,
    facts: Object.fromEntries(facts),
    ...(item.failure !== undefined && { failure: item.failure }),
  };
}

/** Creates the store of the steps of onboardings. */
export function createSteps(table: Table): Steps {
  const change = async (
    onboardingId: string,
    step: StepName,
    values: Readonly<Record<string, unknown>>,
    alsoUpdate = '',
  ): Promise<void> => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    const changed = await table.update(stepKey(onboardingId, step), {
      update: `SET ${given.map(([name]) => `#${name} = :${name}`).join(', ')}${alsoUpdate}`,
      condition: '#state IN (:intendedState, :appliedState)',
      values: { ...Object.fromEntries(given), intendedState: 'intended', appliedState: 'applied' },
    });
    if (changed === undefined) throw alreadyUndone(step);
  };
  const alreadyUndone = (step: StepName) =>
    new Conflict({ service: 'sallyport', operation: step, detail: 'the step has been undone' });
  const asAttributes = (facts: object) =>
    Object.fromEntries(Object.entries(facts).map(([name, value]) => [`fact_${name}`, value as unknown]));
  const find = async <Name extends StepName>(
    onboardingId: string,
    step: Name,
  ): Promise<StepRecord<Name> | undefined> => {
    const item = await table.get<Partial<StepItem>>(stepKey(onboardingId, step));
    return item?.state === undefined ? undefined : toStepRecord(step, { ...item, state: item.state });
  };

  const listSteps = async (onboardingId: string) =>
    (await table.query<Partial<StepItem> & Key>(`ONBOARDING#${onboardingId}`, 'STEP#')).map(
      ({ sk, state, failure }) => ({ step: sk.slice('STEP#'.length) as StepName, state, failure }),
    );

  return {
    find,
    intend: async (onboardingId, step) => {
      const intended = await table.update<StepItem>(stepKey(onboardingId, step), {
        update: 'SET #state = :state',
        condition: 'attribute_not_exists(#state)',
        values: { state: 'intended' },
      });
      if (intended !== undefined) return { record: toStepRecord(step, intended), fresh: true };
      const record = await find(onboardingId, step);
      if (record === undefined || record.state === 'undone') throw alreadyUndone(step);
      return { record, fresh: false };
    },
    retract: async (onboardingId, step) => {
      await table.update(stepKey(onboardingId, step), {
        update: `REMOVE #state, ${pendingKeys}`,
        condition: '#state = :state',
        values: { state: 'intended' },
      });
    },
    note: (onboardingId, step, facts) => change(onboardingId, step, asAttributes(facts)),
    wait: async (onboardingId, step, since, facts) => {
      const attributes = Object.entries({
        ...asAttributes(facts),
        gsi2pk: waiting,
        gsi2sk: since.toISOString(),
      });
      const waits = await table.update(stepKey(onboardingId, step), {
        update: `SET ${attributes.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        condition: '#state = :state',
        values: { ...Object.fromEntries(attributes), state: 'intended' },
      });
      if (waits === undefined) await change(onboardingId, step, asAttributes(facts));
    },
    applied: (onboardingId, step, facts) =>
      change(
        onboardingId,
        step,
        { ...asAttributes(facts), state: 'applied' },
        ` REMOVE #failure, ${pendingKeys}, ${stallKeys}`,
      ),
    undone: async (onboardingId, step) => {
      await table.update(stepKey(onboardingId, step), {
        update: `SET #state = :state REMOVE ${pendingKeys}, ${stallKeys}`,
        values: { state: 'undone' },
      });
    },
    tombstone: async (onboardingId, step) =>
      (await table.update(stepKey(onboardingId, step), {
        update: `SET #state = :state REMOVE ${pendingKeys}, ${stallKeys}`,
        condition: 'attribute_not_exists(#state)',
        values: { state: 'undone' },
      })) !== undefined,
    failed: async (onboardingId, step, failure) => {
      await table.update(stepKey(onboardingId, step), {
        update: 'SET #failure = :failure',
        values: { failure },
      });
    },
    stepsInEffect: async (onboardingId) =>
      (await listSteps(onboardingId)).flatMap(({ step, state }) =>
        state === 'intended' || state === 'applied' ? [step] : [],
      ),
    failedStep: async (onboardingId) =>
      (await listSteps(onboardingId)).flatMap(({ step, failure }) =>
        failure === undefined ? [] : [{ step, failure }],
      )[0],
    listWaits: async (before) =>
      (await table.queryPending<Key & { readonly gsi2sk: string }>(waiting, before.toISOString())).map(
        ({ pk, sk, gsi2sk }) => ({
          onboardingId: pk.slice('ONBOARDING#'.length),
          step: sk.slice('STEP#'.length) as StepName,
          since: new Date(gsi2sk),
        }),
      ),
    forget: async ({ onboardingId, step, since }) => {
      await table.update(stepKey(onboardingId, step), {
        update: `REMOVE ${pendingKeys}`,
        condition: '#gsi2sk = :since',
        values: { since: since.toISOString() },
      });
    },
  };
}

/** Creates the store of stalls: steps, or the intake of a request, that make no progress for some time. */
export function createStalls(table: Table): Stalls {
  const keyOf = ({ onboardingId, what }: Pick<Stall, 'onboardingId' | 'what'>): Key =>
    what === 'request-intake' ? onboardingKey(onboardingId) : stepKey(onboardingId, what);
  const isAsListed = '#gsi2pk = :listed AND #gsi2sk = :since';
  const asListed = ({ stage, since }: Stall) => ({ listed: stalled(stage), since: since.toISOString() });
  return {
    begin: async (onboardingId, what, since) => {
      const isIntake = what === 'request-intake';
      await table.update(keyOf({ onboardingId, what }), {
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
    endIntake: async (onboardingId) => {
      await table.update(onboardingKey(onboardingId), {
        update: `REMOVE ${pendingKeys}, ${stallKeys}`,
        condition: 'attribute_exists(#status)',
      });
    },
    list: async (stage, before) =>
      (await table.queryPending<Key & { readonly gsi2sk: string }>(stalled(stage), before.toISOString())).map(
        ({ pk, sk, gsi2sk }) => ({
          onboardingId: pk.slice('ONBOARDING#'.length),
          stage,
          since: new Date(gsi2sk),
          what: sk === 'ONBOARDING' ? 'request-intake' : (sk.slice('STEP#'.length) as StepName),
        }),
      ),
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

/** Creates the records of which onboardings refer to a shared resource. */
export function createResourceReferences(table: Table): ResourceReferences {
  interface Claims {
    readonly claims?: ReadonlySet<string>;
    readonly made?: boolean;
  }
  const release: ResourceReferences['release'] = async (resource, onboardingId) => {
    const mine = new Set([onboardingId]);
    const last = await table.update<Claims>(claimsKey(resource), {
      update: 'SET #leaving = :me',
      condition: '#claims = :mine AND (attribute_not_exists(#leaving) OR #leaving = :me)',
      values: { me: onboardingId, mine },
    });
    if (last !== undefined) return { last: true, made: last.made === true };
    const others = await table.update(claimsKey(resource), {
      update: 'DELETE #claims :mine',
      condition: 'size(#claims) > :one',
      values: { mine, one: 1 },
    });
    if (others !== undefined) return { last: false, made: false };
    // Either this onboarding held no reference, or all others have released theirs since.
    const current = await table.get<Claims>(claimsKey(resource));
    return current?.claims?.has(onboardingId) === true
      ? release(resource, onboardingId)
      : { last: false, made: false };
  };

  return {
    release,
    acquire: async (resource, onboardingId) =>
      (await table.update(claimsKey(resource), {
        update: 'ADD #claims :mine',
        condition: 'attribute_not_exists(#leaving)',
        values: { mine: new Set([onboardingId]) },
      })) !== undefined,
    markCreating: async (resource) => {
      await table.update(claimsKey(resource), {
        update: 'SET #made = :made',
        condition: 'attribute_exists(#claims)',
        values: { made: true },
      });
    },
    clear: async (resource) => {
      await table.delete(claimsKey(resource), 'attribute_exists(#leaving)');
    },
  };
}

/** Creates the records that tell whether a journal entry was begun or written. */
export function createJournalIntents(table: Table): JournalIntents {
  return {
    begin: async (onboardingId, entry) => {
      const key = journalKey(onboardingId, entry);
      if (await table.create(key, { state: 'begun' })) return 'fresh';
      return (await table.get<{ readonly state: 'begun' | 'written' }>(key))?.state ?? 'fresh';
    },
    written: async (onboardingId, entry) => {
      await table.update(journalKey(onboardingId, entry), {
        update: 'SET #state = :state',
        values: { state: 'written' },
      });
    },
  };
}
