import * as z from 'zod';

/** The usage of one act. `requests` counts requests to other services by their name. */
export interface Usage {
  readonly stateTransitions: number;
  /** Events in the history of the execution. */
  readonly workflowEvents: number;
  readonly invocations: number;
  readonly gatewayCalls: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly requests: Readonly<Record<string, number>>;
}

const line = z.object({
  code: z.string(),
  service: z.string().optional(),
  readUnits: z.number().default(0),
  writeUnits: z.number().default(0),
});
export type Line = z.infer<typeof line>;

/** Parses the lines that a metered twin has printed so far. Other output is ignored. */
export function linesIn(log: string): readonly Line[] {
  return log
    .split('\n')
    .slice(0, -1)
    .flatMap((text) => {
      try {
        return line.safeParse(JSON.parse(text)).data ?? [];
      } catch {
        return [];
      }
    });
}

/**
 * Sums up the usage. Each invocation of a function prints one line, and one more if it issued a token. The
 * lines do not show what an execution did.
 */
export function usageOf(lines: readonly Line[]): Usage {
  const of = (...codes: readonly string[]) => lines.filter(({ code }) => codes.includes(code));
  const calls = of('aws_called', 'vendor_called');
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    stateTransitions: 0,
    workflowEvents: 0,
    invocations: lines.length - calls.length - of('call_answered', 'token_issued').length,
    gatewayCalls: of('call_answered').length,
    readUnits: sum(calls.map(({ readUnits }) => readUnits)),
    writeUnits: sum(calls.map(({ writeUnits }) => writeUnits)),
    requests: Object.fromEntries(
      [...Map.groupBy(calls, ({ service = '' }) => service)].map(([service, each]) => [service, each.length]),
    ),
  };
}
