import type { FunctionFaultMode } from '../../../local/kernel/faults.ts';
import { isLook, triesOf } from './calls.ts';

/** One way in which something goes wrong, and what the state does about it. */
export interface FaultKind {
  readonly kind: string;
  readonly mode: FunctionFaultMode;
  /** So many calls in a row are struck in each run that the fault ends. */
  readonly calls: number;
  /** So many runs it ends; a call that is tried again within its run can bear some faults. */
  readonly endedRuns: number;
  /** The last run was the end of it: no other follows. */
  readonly forGood?: true;
}

/** Its answer holds nothing, so it cannot be garbage: what came is taken as a success, and it is one. */
const answerless = ['apigateway DeleteApiKey'];

/** What may befall a call of a neighbour's operation. */
export function kindsOf(operation: string): readonly FaultKind[] {
  const tries = triesOf(operation);
  const unanswered: readonly Pick<FaultKind, 'kind' | 'mode'>[] = [
    { kind: isLook(operation) ? 'fails' : 'fails before the effect', mode: 'fail-before' },
    ...(isLook(operation) ? [] : [{ kind: 'fails after the effect', mode: 'fail-after' } as const]),
    {
      kind: isLook(operation)
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

/** What may befall the function itself. */
export const functionKinds: readonly FaultKind[] = [
  { kind: 'dies before its work', mode: 'fail-before', calls: 1, endedRuns: 1 },
  { kind: 'dies after its work', mode: 'crash', calls: 1, endedRuns: 1 },
  { kind: 'times out', mode: 'hang', calls: 1, endedRuns: 1 },
  { kind: 'is throttled in two runs', mode: 'throttle', calls: 1, endedRuns: 2 },
  { kind: 'does its work and Lambda loses the answer', mode: 'fail-after', calls: 1, endedRuns: 1 },
  { kind: 'cannot start', mode: 'import-error', calls: 1, endedRuns: 1, forGood: true },
];
