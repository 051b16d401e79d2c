import { readFileSync } from 'node:fs';
import * as z from 'zod';

const retrier = z.object({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number(),
  BackoffRate: z.number(),
  MaxDelaySeconds: z.number(),
  MaxAttempts: z.number(),
  JitterStrategy: z.string(),
});
const state = z.object({
  Type: z.string(),
  Error: z.string().optional(),
  TimeoutSeconds: z.number().optional(),
  Retry: z.array(retrier).default([]),
  Catch: z.array(z.object({ ErrorEquals: z.array(z.string()), Next: z.string() })).default([]),
  Parameters: z
    .union([
      z.object({ FunctionName: z.string(), Payload: z.record(z.string(), z.string()) }),
      z.object({ state: z.string() }),
    ])
    .optional(),
});
export const { States } = z
  .object({ States: z.record(z.string(), state) })
  .parse(JSON.parse(readFileSync('state-machines/onboarding.asl.json', 'utf8')));
export const tasks = Object.entries(States).flatMap(([name, { Parameters, ...task }]) =>
  Parameters === undefined || !('FunctionName' in Parameters)
    ? []
    : [
        {
          name,
          ...task,
          payload: Parameters.Payload,
          /** For example `okta-profile` for `${OktaProfileFunctionArn}`. */
          functionName: Parameters.FunctionName.replace(/^\$\{(\w+)FunctionArn\}$/, '$1')
            .replaceAll(/(?<!^)[A-Z]/g, (letter) => `-${letter}`)
            .toLowerCase(),
        },
      ],
);
