export const faultModes = ['fail-before', 'fail-after', 'hang', 'throttle', 'reject', 'garbage', 'crash'] as const;

/**
 * What a fault does to one call of a vendor's operation:
 * `fail-before` the vendor's 5xx, nothing happened · `fail-after` it happened, then the vendor's 5xx ·
 * `hang` nothing happens and no answer comes · `throttle` the vendor's rate-limit answer ·
 * `reject` the vendor's refusal · `garbage` it happened, then 200 with a body that is no JSON or XML ·
 * `crash` it happened, then the connection breaks.
 */
export type FaultMode = (typeof faultModes)[number];

export interface SetFault {
  readonly service: string;
  readonly operation: string;
  readonly mode: FaultMode;
  /** How many more calls it befalls. */
  readonly times: number;
}

/** How a vendor words its troubles. */
export interface FaultAnswers {
  unavailable(): Response;
  throttled(): Response;
  rejected(): Response;
}

/** Every operation a stand-in offers is registered here, so that a fault can be set for it by its API name. */
export interface Faults {
  register(service: string, operations: readonly string[]): void;
  /** All operations, as `service operation`. */
  operations(): string[];
  /** The faults still waiting to happen. */
  pending(): SetFault[];
  /** Adds faults; throws `UnknownOperation` if one names no registered operation, and then adds none. */
  add(faults: readonly SetFault[]): void;
  /** In place of those still waiting, on the same terms. */
  replace(faults: readonly SetFault[]): void;
  clear(): void;
  /** Takes one occurrence of the fault set for this operation, if there is one. */
  take(service: string, operation: string): FaultMode | undefined;
  /** Runs an operation of a stand-in under whatever fault is set for it. */
  around(service: string, operation: string, answers: FaultAnswers, effect: () => Promise<Response> | Response): Promise<Response>;
}

export class UnknownOperation extends Error {
  override readonly name = 'UnknownOperation';
}

/** An answer with this header is never sent: the server breaks the connection instead. */
export const dropConnection = 'x-twin-drop-connection';

export function createFaults(): Faults {
  const known = new Set<string>();
  let pending: SetFault[] = [];
  const checked = (faults: readonly SetFault[]): readonly SetFault[] => {
    const unknown = faults.filter(({ service, operation }) => !known.has(`${service} ${operation}`));
    if (unknown.length === 0) return faults;
    throw new UnknownOperation(`no such operation: ${unknown.map(({ service, operation }) => `${service} ${operation}`).join(', ')}`);
  };
  const take: Faults['take'] = (service, operation) => {
    const fault = pending.find((each) => each.service === service && each.operation === operation);
    if (fault === undefined) return undefined;
    pending = pending.flatMap((each) => {
      if (each !== fault) return [each];
      return each.times > 1 ? [{ ...each, times: each.times - 1 }] : [];
    });
    return fault.mode;
  };

  return {
    register: (service, operations) => { for (const operation of operations) known.add(`${service} ${operation}`); },
    operations: () => [...known].sort(),
    pending: () => pending,
    add: (faults) => { pending = [...pending, ...checked(faults)]; },
    replace: (faults) => { pending = [...checked(faults)]; },
    clear: () => { pending = []; },
    take,
    around: async (service, operation, answers, effect) => {
      switch (take(service, operation)) {
        case undefined: return effect();
        case 'fail-before': return answers.unavailable();
        case 'fail-after': await effect(); return answers.unavailable();
        case 'hang': return new Promise<never>(() => undefined);
        case 'throttle': return answers.throttled();
        case 'reject': return answers.rejected();
        case 'garbage': await effect(); return new Response('\u0000<<garbage', { status: 200 });
        case 'crash': await effect(); return new Response(null, { headers: { [dropConnection]: 'true' } });
      }
    },
  };
}
