import * as z from 'zod';
import { operation } from '../operation.ts';
import type { Executions } from './executions.ts';
import { withoutData } from './history.ts';
import { page } from './page.ts';
import { pagingFields } from './request-fields.ts';
import { requireExecution } from './requirements.ts';

export function historyOperations({
  executions,
}: {
  readonly executions: Executions;
}): Readonly<Record<string, (input: unknown) => unknown>> {
  return {
    GetExecutionHistory: operation(
      z.object({
        executionArn: z.string(),
        reverseOrder: z.boolean().optional(),
        includeExecutionData: z.boolean().optional(),
        ...pagingFields,
      }),
      ({ executionArn, reverseOrder = false, includeExecutionData = true, ...request }) => {
        const { lastEventId } = requireExecution(executions, executionArn);
        const ids = Array.from({ length: lastEventId }, (_, index) =>
          reverseOrder ? lastEventId - index : index + 1,
        );
        const { items, ...rest } = page(ids, String, request);
        const events = items.map((id) => executions.event(executionArn, id));
        return { events: includeExecutionData ? events : events.map(withoutData), ...rest };
      },
    ),
  };
}
