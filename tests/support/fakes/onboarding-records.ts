import type { Clock } from '../../../core/clock.ts';
import { Conflict } from '../../../core/errors.ts';
import {
  type Onboarding,
  type Onboardings,
  type OnboardingSteps,
  type StepFacts,
  type StepName,
} from '../../../core/onboarding/onboarding.ts';
import type { Attempt, TicketRecord, Tickets } from '../../../core/tickets/records.ts';
import type {
  JournalIntents,
  ResourceReferences,
  Stall,
  Stalls,
  StepFailure,
  StepRecord,
  Wait,
} from '../../../core/workflow/records.ts';

export function fakeTickets(clock: Clock): Tickets {
  const tickets = new Map<string, TicketRecord>();
  const unstarted = new Map<string, Date>();
  const started = new Map<string, Date>();
  const isLatest = ({ ticketNumber, onboardingId }: Attempt): boolean =>
    tickets.get(ticketNumber)?.onboardingId === onboardingId;
  const listed = (since: ReadonlyMap<string, Date>, before: Date): readonly Attempt[] =>
    [...tickets.values()].filter(({ ticketNumber }) => {
      const at = since.get(ticketNumber);
      return at !== undefined && at < before;
    });
  return {
    markStarted: async (attempt) => {
      if (isLatest(attempt) && unstarted.delete(attempt.ticketNumber)) {
        started.set(attempt.ticketNumber, clock.now());
      }
      return Promise.resolve();
    },
    listStarted: async (before) => Promise.resolve(listed(started, before)),
    postponeRemoval: async (attempt, to) => {
      if (isLatest(attempt) && started.has(attempt.ticketNumber)) started.set(attempt.ticketNumber, to);
      return Promise.resolve();
    },
    removePersonalData: async (attempt, request, at) => {
      const ticket = tickets.get(attempt.ticketNumber);
      if (ticket !== undefined && isLatest(attempt) && started.delete(attempt.ticketNumber)) {
        tickets.set(attempt.ticketNumber, { ...ticket, request, personalDataRemovedAt: at.toISOString() });
      }
      return Promise.resolve();
    },
    listUnstarted: async (before) => Promise.resolve(listed(unstarted, before)),
    find: async (ticketNumber) => Promise.resolve(tickets.get(ticketNumber)),
    record: async (ticket) => {
      if (tickets.has(ticket.ticketNumber)) return Promise.resolve(false);
      tickets.set(ticket.ticketNumber, ticket);
      unstarted.set(ticket.ticketNumber, clock.now());
      return Promise.resolve(true);
    },
    supersede: async (previous, next) => {
      if (tickets.get(previous.ticketNumber)?.onboardingId !== previous.onboardingId) {
        return Promise.resolve(false);
      }
      tickets.set(previous.ticketNumber, next);
      unstarted.set(previous.ticketNumber, clock.now());
      started.delete(previous.ticketNumber);
      return Promise.resolve(true);
    },
  };
}

export function fakeOnboardings(clock: Clock): Onboardings {
  const onboardings = new Map<string, Onboarding>();
  /** The ended ones whose personal data is to be removed, by the moment that counts. */
  const ended = new Map<string, Date>();
  const isAsRead = ({ onboardingId, status, endedAt }: Onboarding): boolean => {
    const now = onboardings.get(onboardingId);
    return ended.has(onboardingId) && now?.status === status && now.endedAt === endedAt;
  };
  return {
    find: async (onboardingId) => Promise.resolve(onboardings.get(onboardingId)),
    create: async (onboarding) => {
      const there = onboardings.get(onboarding.onboardingId);
      if (there === undefined) onboardings.set(onboarding.onboardingId, onboarding);
      return Promise.resolve(there ?? onboarding);
    },
    conclude: async (onboardingId, from, to, reasons) => {
      const onboarding = onboardings.get(onboardingId);
      if (onboarding === undefined || ![...from, to].includes(onboarding.status)) {
        throw new Conflict({
          service: 'sallyport',
          operation: 'Conclude',
          detail: `the execution has ended otherwise than ${to}`,
        });
      }
      const now = clock.now();
      onboardings.set(onboardingId, {
        ...onboarding,
        status: to,
        endedAt: now.toISOString(),
        ...(reasons !== undefined && { reasons }),
      });
      ended.set(onboardingId, now);
      return Promise.resolve();
    },
    listEnded: async (before) =>
      Promise.resolve([...ended].flatMap(([onboardingId, at]) => (at < before ? [onboardingId] : []))),
    postponeRemoval: async (onboarding, to) => {
      if (isAsRead(onboarding)) ended.set(onboarding.onboardingId, to);
      return Promise.resolve();
    },
    removePersonalData: async (onboarding, at) => {
      const { onboardingId, request, plan, reasons } = onboarding;
      const now = onboardings.get(onboardingId);
      if (now === undefined || !isAsRead(onboarding)) return Promise.resolve();
      onboardings.set(onboardingId, {
        ...now,
        request,
        plan,
        ...(reasons !== undefined && { reasons }),
        personalDataRemovedAt: at.toISOString(),
      });
      ended.delete(onboardingId);
      return Promise.resolve();
    },
  };
}

interface StepItem {
  readonly state?: StepRecord<StepFacts>['state'];
  readonly facts: Partial<StepFacts[StepName]>;
  readonly failure?: StepFailure;
}

export function fakeSteps(): OnboardingSteps {
  const items = new Map<string, StepItem>();
  const waits = new Map<string, Wait>();
  const keyOf = (onboardingId: string, step: string): string => `${onboardingId} ${step}`;
  const itemOf = (onboardingId: string, step: StepName): StepItem =>
    items.get(keyOf(onboardingId, step)) ?? { facts: {} };
  const recordOf = <Name extends StepName>(
    onboardingId: string,
    step: Name,
  ): StepRecord<StepFacts, Name> | undefined => {
    const { state, facts, failure } = itemOf(onboardingId, step);
    return state === undefined
      ? undefined
      : { step, state, facts, ...(failure !== undefined && { failure }) };
  };
  const change = (onboardingId: string, step: StepName, changed: Partial<StepItem>): void => {
    items.set(keyOf(onboardingId, step), { ...itemOf(onboardingId, step), ...changed });
  };
  const undoneAlready = (step: StepName): Conflict =>
    new Conflict({ service: 'sallyport', operation: step, detail: 'the step has been undone' });
  const addFacts = (onboardingId: string, step: StepName, facts: object): void => {
    const { state, facts: known } = itemOf(onboardingId, step);
    if (state !== 'intended' && state !== 'applied') throw undoneAlready(step);
    change(onboardingId, step, { facts: { ...known, ...facts } });
  };

  return {
    find: async (onboardingId, step) => Promise.resolve(recordOf(onboardingId, step)),
    intend: async (onboardingId, step) => {
      const fresh = itemOf(onboardingId, step).state === undefined;
      if (fresh) change(onboardingId, step, { state: 'intended' });
      const record = recordOf(onboardingId, step);
      if (record === undefined || record.state === 'undone') throw undoneAlready(step);
      return Promise.resolve({ record, fresh });
    },
    retract: async (onboardingId, step) => {
      const { state, ...kept } = itemOf(onboardingId, step);
      if (state !== 'intended') return Promise.resolve();
      items.set(keyOf(onboardingId, step), kept);
      waits.delete(keyOf(onboardingId, step));
      return Promise.resolve();
    },
    note: async (onboardingId, step, facts) => {
      addFacts(onboardingId, step, facts);
      return Promise.resolve();
    },
    replaceFacts: async (onboardingId, step, { from, to }) => {
      const { state, facts } = itemOf(onboardingId, step);
      const isAsExpected = Object.keys(to).every(
        (name) => Reflect.get(facts, name) === Reflect.get(from, name),
      );
      if (state !== 'applied' || !isAsExpected) return Promise.resolve(false);
      addFacts(onboardingId, step, to);
      return Promise.resolve(true);
    },
    wait: async (onboardingId, step, since, facts) => {
      addFacts(onboardingId, step, facts);
      if (itemOf(onboardingId, step).state === 'intended') {
        waits.set(keyOf(onboardingId, step), { executionId: onboardingId, step, since });
      }
      return Promise.resolve();
    },
    applied: async (onboardingId, step, facts) => {
      addFacts(onboardingId, step, facts);
      waits.delete(keyOf(onboardingId, step));
      items.set(keyOf(onboardingId, step), { state: 'applied', facts: itemOf(onboardingId, step).facts });
      return Promise.resolve();
    },
    undone: async (onboardingId, step) => {
      change(onboardingId, step, { state: 'undone' });
      waits.delete(keyOf(onboardingId, step));
      return Promise.resolve();
    },
    removeFacts: async (onboardingId, step, names) => {
      const { state, facts } = itemOf(onboardingId, step);
      if (state === undefined) return Promise.resolve();
      const kept = Object.entries(facts).filter(([name]) => !names.some((each) => each === name));
      change(onboardingId, step, { facts: Object.fromEntries(kept) });
      return Promise.resolve();
    },
    tombstone: async (onboardingId, step) => {
      if (itemOf(onboardingId, step).state !== undefined) return Promise.resolve(false);
      change(onboardingId, step, { state: 'undone' });
      return Promise.resolve(true);
    },
    failed: async (onboardingId, step, failure) => {
      change(onboardingId, step, { failure });
      return Promise.resolve();
    },
    stepsInEffect: async (onboardingId) =>
      Promise.resolve(
        stepNames.filter((name) => ['intended', 'applied'].includes(itemOf(onboardingId, name).state ?? '')),
      ),
    failedStep: async (onboardingId) =>
      Promise.resolve(
        stepNames.flatMap((step) => {
          const { failure } = itemOf(onboardingId, step);
          return failure === undefined ? [] : [{ step, failure }];
        })[0],
      ),
    listWaits: async (before) =>
      Promise.resolve(
        [...waits.values()]
          .filter(({ since }) => since < before)
          .toSorted((one, other) => Number(one.since) - Number(other.since)),
      ),
    forget: async ({ executionId, step, since }) => {
      if (Number(waits.get(keyOf(executionId, step))?.since) === Number(since)) {
        waits.delete(keyOf(executionId, step));
      }
      return Promise.resolve();
    },
  };
}

/** The step names in the table. */
const stepNames = [
  'cognito-client',
  'credential-delivery',
  'ewacs-account',
  'gateway-mapping',
  'okta-profile',
] as const;

export function fakeResourceReferences(): ResourceReferences {
  const things = new Map<string, { readonly references: Set<string>; leaving?: string; made: boolean }>();
  return {
    acquire: async (resource, onboardingId) => {
      const shared = things.get(resource) ?? { references: new Set(), made: false };
      if (shared.leaving !== undefined) return Promise.resolve(false);
      shared.references.add(onboardingId);
      things.set(resource, shared);
      return Promise.resolve(true);
    },
    markCreating: async (resource) => {
      const shared = things.get(resource);
      if (shared !== undefined) shared.made = true;
      return Promise.resolve();
    },
    release: async (resource, onboardingId) => {
      const shared = things.get(resource);
      if (shared?.references.has(onboardingId) !== true) return Promise.resolve({ last: false, made: false });
      if (shared.references.size === 1) {
        shared.leaving = onboardingId;
        return Promise.resolve({ last: true, made: shared.made });
      }
      shared.references.delete(onboardingId);
      return Promise.resolve({ last: false, made: false });
    },
    holders: async (resource) => Promise.resolve([...(things.get(resource)?.references ?? [])]),
    clear: async (resource) => {
      if (things.get(resource)?.leaving !== undefined) things.delete(resource);
      return Promise.resolve();
    },
  };
}

export function fakeJournalIntents(): JournalIntents {
  const entries = new Map<string, 'begun' | 'written'>();
  return {
    begin: async (onboardingId, entry) => {
      const known = entries.get(`${onboardingId}/${entry}`);
      if (known === undefined) entries.set(`${onboardingId}/${entry}`, 'begun');
      return Promise.resolve(known ?? 'fresh');
    },
    begunWith: async (onboardingId, prefix) =>
      Promise.resolve(
        [...entries.keys()]
          .filter((key) => key.startsWith(`${onboardingId}/${prefix}`))
          .map((key) => key.slice(onboardingId.length + 1))
          .toSorted(),
      ),
    written: async (onboardingId, entry) => {
      entries.set(`${onboardingId}/${entry}`, 'written');
      return Promise.resolve();
    },
  };
}

/** Creates fake stalls. Unlike in the table, a stall does not end when the step's own records are written. */
export function fakeStalls(): Stalls {
  const stalls = new Map<string, Stall>();
  const keyOf = ({ executionId, what }: Pick<Stall, 'executionId' | 'what'>): string =>
    `${executionId} ${what}`;
  return {
    begin: async (executionId, what, since) => {
      const stall = { executionId, what, since, stage: 'untold' } as const;
      stalls.set(keyOf(stall), stalls.get(keyOf(stall)) ?? stall);
      return Promise.resolve();
    },
    endIntake: async (executionId) =>
      Promise.resolve(void stalls.delete(keyOf({ executionId, what: 'request-intake' }))),
    list: async (stage, before) =>
      Promise.resolve(
        [...stalls.values()]
          .filter((stall) => stall.stage === stage && stall.since < before)
          .toSorted((one, other) => Number(one.since) - Number(other.since)),
      ),
    advance: async (stall, to) => Promise.resolve(void stalls.set(keyOf(stall), { ...stall, stage: to })),
    forget: async (stall) => Promise.resolve(void stalls.delete(keyOf(stall))),
  };
}
