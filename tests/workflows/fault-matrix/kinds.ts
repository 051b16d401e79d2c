import type { FunctionFaultMode } from '../../../local/kernel/faults.ts';
import { isRead, triesOf } from './calls.ts';

/** One kind of fault, and how the state reacts to it. */
export interface FaultKind {
  readonly kind: string;
  readonly mode: FunctionFaultMode;
  /** The number of consecutive calls that fail in each run that the fault ends. */
  readonly calls: number;
  /**
   * The number of runs that the fault ends. It may be 0: a call that is retried within its run can survive
   * some faults.
   */
  readonly endedRuns: number;
  /** True if no run follows the one that the fault ends. */
  readonly forGood?: true;
}

/**
 * An operation with an empty answer. A garbage answer is not noticed, and the operation has in fact
 * succeeded.
 */
const answerless = ['apigateway DeleteApiKey'];

/** Returns the faults that are possible in a call of a vendor's operation. */
export function kindsOf(operation: string): readonly FaultKind[] {
  const tries = triesOf(operation);
  const unanswered: readonly Pick<FaultKind, 'kind' | 'mode'>[] = [
    { kind: isRead(operation) ? 'fails' : 'fails before the effect', mode: 'fail-before' },
    ...(isRead(operation) ? [] : [{ kind: 'fails after the effect', mode: 'fail-after' } as const]),
    {
      kind: isRead(operation)
        ? 'is answered by a broken connection'
        : 'is answered by a broken connection after the effect',
      mode: 'crash',
    },
    { kind: 'hangs past the time-out', mode: 'hang' },
  ];
  return [
    ...unanswered.map((each) => ({ ...each, calls: tries, endedRuns: 1 })),
    { kind: 'is throttled in two runs', mode: 'throttle', calls: tries, endedRuns: 2 },
    ...(tries === 1
      ? []
      : [
          ...unanswered.map((each) => ({
            ...each,
            kind: `${each.kind}, and is tried again at once`,
            calls: 1,
            endedRuns: 0,
          })),
          { kind: 'is throttled twice in one run', mode: 'throttle', calls: 2, endedRuns: 0 } as const,
        ]),
    {
      kind: 'is answered by garbage',
      mode: 'garbage',
      calls: 1,
      endedRuns: answerless.includes(operation) ? 0 : 1,
    },
    { kind: 'is refused for good', mode: 'reject', calls: 1, endedRuns: 1, forGood: true },
  ];
}

/** The faults that are possible in the function itself. */
export const functionKinds: readonly FaultKind[] = [
  { kind: 'dies before its work', mode: 'fail-before', calls: 1, endedRuns: 1 },
  { kind: 'dies after its work', mode: 'crash', calls: 1, endedRuns: 1 },
  { kind: 'times out', mode: 'hang', calls: 1, endedRuns: 1 },
  { kind: 'is throttled in two runs', mode: 'throttle', calls: 1, endedRuns: 2 },
  { kind: 'does its work and Lambda loses the answer', mode: 'fail-after', calls: 1, endedRuns: 1 },
  { kind: 'cannot start', mode: 'import-error', calls: 1, endedRuns: 1, forGood: true },
];
