import * as z from 'zod';
import { operation } from '../operation.ts';
import { AwsError } from '../service.ts';
import { failureFields } from './request-fields.ts';
import { type Json, parseJson } from './states.ts';
import type { TaskTokens } from './task-tokens.ts';

/** Returns the callback operations for tasks with `.waitForTaskToken`. */
export function taskOperations({
  tokens,
}: {
  readonly tokens: TaskTokens;
}): Readonly<Record<string, (input: unknown) => unknown>> {
  const taskToken = z.string().min(1).max(2048);
  return {
    SendTaskSuccess: operation(
      z.object({ taskToken, output: z.string().max(262_144) }),
      ({ taskToken: token, output }) => {
        tokens.settle(token, { ok: true, output: parseOutput(output) });
        return {};
      },
    ),
    SendTaskFailure: operation(
      z.object({ taskToken, ...failureFields }),
      ({ taskToken: token, error, cause }) => {
        tokens.settle(token, { ok: false, timedOut: false, error, cause });
        return {};
      },
    ),
    SendTaskHeartbeat: operation(z.object({ taskToken }), ({ taskToken: token }) => {
      tokens.beat(token);
      return {};
    }),
  };
}

function parseOutput(output: string): Json {
  try {
    return parseJson(output);
  } catch {
    throw new AwsError('InvalidOutput', "Invalid Output: 'it is not JSON'");
  }
}
