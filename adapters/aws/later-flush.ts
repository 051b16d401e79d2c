import { Unavailable } from '../../core/errors.ts';
import type { LaterFlush } from '../../core/operators/propagation.ts';
import { awsCalls } from './errors.ts';
import { createPlainCalls } from './plain-calls.ts';

const eventBridge = awsCalls('eventbridge');

interface Content {
  readonly FailedEntryCount?: number;
}

/**
 * Creates the port that schedules a flush of the authorizer cache. It puts an event on the account's default
 * bus, and `authorizer-flush` handles it.
 */
export function createLaterFlush({ env }: { readonly env: NodeJS.ProcessEnv }): LaterFlush {
  const call = createPlainCalls({ host: 'events', requestTimeout: 2000, attempts: 2, env });
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };
  return {
    at: async (moment) => {
      const Entries = [
        {
          Source: 'sallyport',
          DetailType: 'Authorizer Flush Due',
          Detail: JSON.stringify({ at: moment.toISOString() }),
        },
      ];
      const { FailedEntryCount } = await eventBridge.effect(
        'PutEvents',
        async () => (await call(headers, JSON.stringify({ Entries }))) as Content,
      );
      if (FailedEntryCount !== 0) {
        throw new Unavailable({ service: 'eventbridge', operation: 'PutEvents', detail: 'not taken' });
      }
    },
  };
}
