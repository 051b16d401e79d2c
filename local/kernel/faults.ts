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
 * `fail-before` the vendor's 5xx, nothing happened · `fail-after` it happened, then the vendor's 5xx ·
 * `hang` nothing happens and no answer comes · `throttle` the vendor's rate-limit answer ·
 * `reject` the vendor's refusal · `garbage` it happened, then 200 with a body that is no JSON or XML ·
 * `crash` it happened, then the connection breaks.
 */
export type FaultMode = (typeof faultModes)[number];

/**
 * What it may do to a run of a function besides: `import-error` the module cannot be loaded · `cold-start` nothing
 * goes wrong, but it runs in an instance that remembers nothing · `deploying` a deployment is just changing it ·
 * `too-large-for-lambda`, `too-large-for-states` it does its work, and its answer is over the limit of that service.
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
  /** How many more calls it befalls. */
  readonly times: number;
  /** How many calls it spares first. */
  readonly after?: number | undefined;
  /** Befalls only calls from such a run of a function; of the service `lambda`, only such a run. */
  readonly during?: RunMatch | undefined;
}

export interface RunMatch {
  readonly functionName?: string | undefined;
  /** Fields of the run's event, among others. */
  readonly event?: Readonly<Record<string, string>> | undefined;
}

/** How a vendor words its troubles. */
export interface FaultAnswers {
  unavailable(): Response;
  throttled(): Response;
  rejected(): Response;
}

/** Every operation a stand-in offers is registered here, so that a fault can be set for it by its API name. */
export interface Faults {
  register(service: string, operations: readonly string[], modes?: readonly FunctionFaultMode[]): void;
  /** All operations, as `service operation`. */
  operations(): string[];
  /** The faults still waiting to happen. */
  pending(): SetFault[];
  /** Adds faults; throws `UnknownOperation` if one names no registered operation, or a mode that is not for it, and then adds none. */
  add(faults: readonly SetFault[]): void;
  /** In place of those still waiting, on the same terms. */
  replace(faults: readonly SetFault[]): void;
  clear(): void;
  /** Takes one occurrence of the fault set for this operation, if there is one: as called by this run, or by whoever is being answered. */
  take(service: string, operation: string, run?: FunctionRun): FunctionFaultMode | undefined;
  /** Runs an operation of a stand-in under whatever fault is set for it. */
  around(
    service: string,
    operation: string,
    answers: FaultAnswers,
    effect: () => Promise<Response> | Response,
  ): Promise<Response>;
}

export class UnknownOperation extends Error {
  override readonly name = 'UnknownOperation';
}

/** An answer with this header is never sent: the server breaks the connection instead. */
export const dropConnection = 'x-twin-drop-connection';

/** @param quotas what every call of a vendor's operation is counted and limited by, before any fault befalls it */
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
  const take: Faults['take'] = (service, operation, run = callingRun()) => {
    let taken: FunctionFaultMode | undefined;
    pending = pending.flatMap((fault) => {
      if (
        taken !== undefined ||
        fault.service !== service ||
        fault.operation !== operation ||
        !matches(fault.during, run)
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
    around: async (service, operation, answers, effect) => {
      if (!quotas.admit(`${service} ${operation}`)) return answers.throttled();
      switch (take(service, operation)) {
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
