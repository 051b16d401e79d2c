import { callingRun, type FunctionRun } from './function-runs.ts';
import { createQuotas, type Quotas } from './quotas.ts';

export const faultModes = [
  'fail-before',
  'fail-after',
  'hang',
  'throttle',
  'reject',
  'garbage',
  'crash',
] as const;

/**
 * What a fault does to one call of a vendor's operation:
 *
 * - `fail-before`: the operation does not run, and the vendor answers with a 5xx.
 * - `fail-after`: the operation runs, and the vendor answers with a 5xx.
 * - `hang`: the operation does not run, and no answer is sent.
 * - `throttle`: the vendor answers that its rate limit is exceeded.
 * - `reject`: the vendor refuses the call.
 * - `garbage`: the operation runs, and the answer is a 200 whose body is neither JSON nor XML.
 * - `crash`: the operation runs, and the connection breaks.
 */
export type FaultMode = (typeof faultModes)[number];

/**
 * What a fault can do to a run of a function, in addition:
 *
 * - `import-error`: the module cannot be loaded.
 * - `cold-start`: nothing fails, but the function runs in a new instance that remembers nothing.
 * - `deploying`: a deployment is changing the function at this moment.
 * - `too-large-for-lambda`, `too-large-for-states`: the function runs, but its answer exceeds that service's
 *   limit.
 */
export const functionFaultModes = [
  ...faultModes,
  'import-error',
  'cold-start',
  'deploying',
  'too-large-for-lambda',
  'too-large-for-states',
] as const;
export type FunctionFaultMode = (typeof functionFaultModes)[number];

export interface SetFault {
  readonly service: string;
  readonly operation: string;
  readonly mode: FunctionFaultMode;
  /** The number of calls that the fault still affects. */
  readonly times: number;
  /** The number of calls that succeed before the fault begins. */
  readonly after?: number | undefined;
  /**
   * Restricts the fault to calls from such a run of a function. For the service `lambda`, to such a run
   * itself.
   */
  readonly during?: RunMatch | undefined;
  /** Restricts the fault to requests about one item of this partition. Only for the service `dynamodb`. */
  readonly partition?: string | undefined;
}

export interface RunMatch {
  readonly functionName?: string | undefined;
  /** Fields that the run's event must have; it may have others. */
  readonly event?: Readonly<Record<string, string>> | undefined;
}

interface Call {
  readonly run?: FunctionRun | undefined;
  readonly partition?: string | undefined;
}

/** How a vendor answers when a fault is injected. */
export interface FaultAnswers {
  unavailable(): Response;
  throttled(): Response;
  rejected(): Response;
}

/**
 * The faults that are set. Every stand-in registers its operations, so that faults can be set by their API
 * names.
 */
export interface Faults {
  register(service: string, operations: readonly string[], modes?: readonly FunctionFaultMode[]): void;
  /** Returns all operations as `service operation`. */
  operations(): string[];
  /** Returns the faults that have not happened yet. */
  pending(): SetFault[];
  /**
   * Adds faults, either all or none.
   *
   * @throws `UnknownOperation` if one names an operation that is not registered, or a mode that it does not
   * support
   */
  add(faults: readonly SetFault[]): void;
  /** Replaces the faults that have not happened yet. The same conditions apply as for `add`. */
  replace(faults: readonly SetFault[]): void;
  clear(): void;
  /**
   * Uses up one occurrence of a fault that is set for this operation, and returns its mode. Returns undefined
   * if there is none.
   *
   * @param call.run the run that makes the call; by default, the run whose request is being answered
   * @param call.partition the partition of the item that the call is about
   */
  take(service: string, operation: string, call?: Call): FunctionFaultMode | undefined;
  /** Runs an operation of a stand-in with the fault that is set for it. */
  around(
    service: string,
    operation: string,
    answers: FaultAnswers,
    effect: () => Promise<Response> | Response,
    call?: Call,
  ): Promise<Response>;
}

export class UnknownOperation extends Error {
  override readonly name = 'UnknownOperation';
}

/** An answer with this header is never sent. The server breaks the connection instead. */
export const dropConnection = 'x-twin-drop-connection';

/** @param quotas count and limit every call of a vendor's operation before a fault applies */
export function createFaults(quotas: Quotas = createQuotas(1)): Faults {
  const known = new Map<string, readonly FunctionFaultMode[]>();
  let pending: SetFault[] = [];
  const checked = (faults: readonly SetFault[]): readonly SetFault[] => {
    const modesFor = ({ service, operation }: SetFault): readonly FunctionFaultMode[] | undefined =>
      known.get(`${service} ${operation}`);
    const unknown = faults.filter((fault) => modesFor(fault) === undefined);
    if (unknown.length > 0) {
      throw new UnknownOperation(
        `no such operation: ${unknown.map(({ service, operation }) => `${service} ${operation}`).join(', ')}`,
      );
    }
    const unfit = faults.filter((fault) => modesFor(fault)?.includes(fault.mode) === false);
    if (unfit.length > 0) {
      throw new UnknownOperation(`only functions have: ${unfit.map(({ mode }) => mode).join(', ')}`);
    }
    return faults;
  };
  const take: Faults['take'] = (service, operation, { run = callingRun(), partition } = {}) => {
    let taken: FunctionFaultMode | undefined;
    pending = pending.flatMap((fault) => {
      if (
        taken !== undefined ||
        fault.service !== service ||
        fault.operation !== operation ||
        !matches(fault.during, run) ||
        (fault.partition !== undefined && fault.partition !== partition)
      ) {
        return [fault];
      }
      if (fault.after !== undefined && fault.after > 0) return [{ ...fault, after: fault.after - 1 }];
      taken = fault.mode;
      return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
    });
    return taken;
  };

  return {
    register: (service, operations, modes = faultModes) => {
      for (const operation of operations) known.set(`${service} ${operation}`, modes);
    },
    operations: () => [...known.keys()].sort(),
    pending: () => pending,
    add: (faults) => {
      pending = [...pending, ...checked(faults)];
    },
    replace: (faults) => {
      pending = [...checked(faults)];
    },
    clear: () => {
      pending = [];
    },
    take,
    around: async (service, operation, answers, effect, call) => {
      if (!quotas.admit(`${service} ${operation}`)) return answers.throttled();
      switch (take(service, operation, call)) {
        case undefined:
        case 'cold-start':
        case 'import-error':
        case 'deploying':
        case 'too-large-for-lambda':
        case 'too-large-for-states':
          return effect();
        case 'fail-before':
          return answers.unavailable();
        case 'fail-after':
          await effect();
          return answers.unavailable();
        case 'hang':
          return new Promise<never>(() => undefined);
        case 'throttle':
          return answers.throttled();
        case 'reject':
          return answers.rejected();
        case 'garbage':
          await effect();
          return new Response('\u0000<<garbage', { status: 200 });
        case 'crash':
          await effect();
          return new Response(null, { headers: { [dropConnection]: 'true' } });
      }
    },
  };
}

function matches({ functionName, event = {} }: RunMatch = {}, run: FunctionRun | undefined): boolean {
  const given = new Map<string, unknown>(Object.entries(run?.event ?? {}));
  return (
    (functionName === undefined || functionName === run?.functionName) &&
    Object.entries(event).every(([field, value]) => given.get(field) === value)
  );
}
