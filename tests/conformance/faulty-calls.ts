import { StepError, type StepErrorName, Unavailable } from '../../core/errors.ts';
import { createOnce } from '../../core/workflow/exactly-once.ts';
import { type FaultMode, faultModes } from '../../local/kernel/faults.ts';
import { serve } from '../../local/kernel/serve.ts';

/** What a call does at the vendor: it only reads, or it may change something. */
export type CallKind = 'reads' | 'changes';

/** A fault in one of the calls that a method of the port makes to the vendor. */
export interface InjectedFault<Method extends string> {
  /** The method of the port. `login` is what an adapter asks for before its first call, such as a token. */
  readonly method: Method | 'login';
  /** How many calls of the method succeed before the fault: 0 means that its first call has the fault. */
  readonly after: number;
  readonly mode: FaultMode;
}

/** What a suite needs of a vendor's stand-in and of the adapter, whatever the port is. */
export interface UnderTest<Port, Method extends string> {
  /** Creates an adapter. It knows nothing of an earlier one, and ends each call after this time. */
  connect(timeoutMilliseconds: number): Port;
  /** Creates an adapter for an address at which nobody listens. */
  connectToUnusedAddress(): Port;
  /** Has the vendor answer one call with this fault. The calls before and after it succeed. */
  injectFault(fault: InjectedFault<Method>): void;
  /** Returns how many injected faults have not happened yet. */
  pendingFaults(): number;
  /** Removes the faults that have not happened yet. */
  clearFaults(): void;
  stop(): Promise<void>;
}

/** What a suite must know of an adapter to judge it. */
export interface AdapterFacts<Method extends string> {
  /** The name of the tests, for example `the ServiceNow adapter`. */
  readonly name: string;
  /** Whether the adapter asks for a token, or logs in, before its first call. */
  readonly logsIn: boolean;
  /**
   * Whether the vendor's answer to `fail-before` says that nothing was done. Only then may the adapter throw
   * `Unavailable` for a call that changes something.
   */
  readonly outageSaysNothingWasDone: boolean;
  /** The calls of each method that makes several, in their order. */
  readonly calls?: Partial<Record<Method, readonly CallKind[]>>;
}

/** Enough for any call to a stand-in on this machine. */
export const longTimeout = 30_000;
/** The time-out of an adapter whose call gets no answer. */
export const shortTimeout = 500;

/**
 * What a method of the port promises about its effect.
 *
 * - `reads`: it has no effect.
 * - `repeatable`: a repetition changes nothing more.
 * - `once`: a repetition would create or write a second time, so the effect must be looked up first.
 */
export type MethodKind = 'reads' | 'repeatable' | 'once';

/** A fault in one call of a method, and what must follow from it. */
export interface FaultyCall<Method extends string> extends InjectedFault<Method> {
  readonly title: string;
  /** The name of the error that the adapter must throw. */
  readonly error: StepErrorName;
  /** How many of the method's changes the vendor has made when the error is thrown. */
  readonly done: 'nothing' | 'everything' | 'some';
}

const descriptions: Readonly<Record<FaultMode, string>> = {
  'fail-before': 'fails before its effect',
  'fail-after': 'fails after its effect',
  hang: 'gets no answer in time',
  throttle: 'is throttled',
  reject: 'is refused because of our access',
  garbage: 'is answered by garbage',
  crash: 'ends with a broken connection',
};

/** Returns every fault in every call of a method. */
export function faultyCalls<Method extends string>(
  facts: AdapterFacts<Method>,
  method: Method,
  methodKind: MethodKind,
): readonly FaultyCall<Method>[] {
  const kinds = facts.calls?.[method] ?? [methodKind === 'reads' ? 'reads' : 'changes'];
  const changesIn = (calls: readonly CallKind[]): number => calls.filter((kind) => kind === 'changes').length;
  return kinds.flatMap((kind, after) => {
    const changedBefore = changesIn(kinds.slice(0, after));
    // An error that promises that nothing was done would be a lie after an earlier call has changed something.
    const mayHaveCreated = methodKind === 'once' && changedBefore > 0;
    return faultModes.map((mode) => ({
      method,
      after,
      mode,
      title: `${method} ${kinds.length === 1 ? '' : `(call ${after + 1}) `}${descriptions[mode]}`,
      error: mayHaveCreated ? 'OutcomeUnknown' : errorFor(facts, mode, kind),
      done: howMuch(changedBefore + (isCarriedOut(mode) ? changesIn([kind]) : 0), changesIn(kinds)),
    }));
  });
}

/**
 * Returns every fault in what the adapter asks for before its first call. Whatever happens there, nothing was
 * done of the method.
 */
export function loginFaults(facts: AdapterFacts<string>): readonly FaultyCall<never>[] {
  const modes = facts.logsIn ? faultModes : [];
  return modes.map((mode) => ({
    method: 'login',
    after: 0,
    mode,
    title: `login ${descriptions[mode]}`,
    error: errorFor(facts, mode, 'reads'),
    done: 'nothing',
  }));
}

function howMuch(changes: number, allChanges: number): FaultyCall<never>['done'] {
  if (changes === 0) return 'nothing';
  return changes === allChanges ? 'everything' : 'some';
}

/** Tells whether the vendor does what it is asked before the fault happens. */
const isCarriedOut = (mode: FaultMode): boolean =>
  mode === 'fail-after' || mode === 'garbage' || mode === 'crash';

/**
 * Returns the name of the error that an adapter must throw for a fault.
 *
 * - `Throttled`: nothing was done, because there were too many calls.
 * - `Defect`: nothing was done, because our access is refused. Operators must act.
 * - `Unavailable`: nothing was done.
 * - `OutcomeUnknown`: it may have been done, so it must be looked up.
 */
function errorFor(
  { outageSaysNothingWasDone }: Pick<AdapterFacts<never>, 'outageSaysNothingWasDone'>,
  mode: FaultMode,
  kind: CallKind,
): StepErrorName {
  if (mode === 'throttle') return 'Throttled';
  if (mode === 'reject') return 'Defect';
  if (kind === 'reads') return 'Unavailable';
  return mode === 'fail-before' && outageSaysNothingWasDone ? 'Unavailable' : 'OutcomeUnknown';
}

/** Returns the name of the error that a call ends with, or `done`. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    return error instanceof StepError ? error.name : `not a StepError: ${String(error)}`;
  }
}

/** Returns an adapter that gives up soon, after its first call, which logs in, has succeeded. */
export async function connectWithShortTimeout<Port>(
  vendor: Pick<UnderTest<Port, never>, 'connect'>,
  anyLook: (adapter: Port) => Promise<unknown>,
): Promise<Port> {
  await anyLook(vendor.connect(longTimeout));
  const adapter = vendor.connect(shortTimeout);
  for (;;) {
    try {
      await anyLook(adapter);
      return adapter;
    } catch (error) {
      // On a busy machine even a call that is answered may take too long.
      if (!(error instanceof Unavailable)) throw error;
    }
  }
}

/**
 * Returns a function that runs a creation as a workflow's step runs it, again and again: it creates at once
 * only while nothing can exist, and looks first after an unknown outcome.
 */
export function repeatableCreation<Port, Made>(
  lookUp: (adapter: Port) => Promise<Made | undefined>,
  create: (adapter: Port) => Promise<Made>,
): (adapter: Port) => Promise<Made> {
  let fresh = true;
  const retract = (): Promise<void> => {
    fresh = true;
    return Promise.resolve();
  };
  return (adapter) => {
    const nothingExists = fresh;
    fresh = false;
    return createOnce<{ readonly creation: object }, Made>({ retract }, 'onb-1', 'creation', nothingExists, {
      lookUp: () => lookUp(adapter),
      create: () => create(adapter),
    });
  };
}

/** Returns an address on this machine at which nobody listens. */
export async function unusedAddress(): Promise<string> {
  const served = await serve({ fetch: () => new Response() }, 0);
  await served.close();
  return served.url;
}
