import { Unavailable } from '../../core/errors.ts';
import { awsCalls } from './errors.ts';
import { createPlainCalls } from './plain-calls.ts';

const eventBridge = awsCalls('eventbridge');

interface Content {
  readonly FailedEntryCount?: number;
}

/**
 * Creates a function that puts an event of source `sallyport` on the account's default bus, without the SDK's
 * client.
 */
export function createPlainEvents({
  env,
}: {
  readonly env: NodeJS.ProcessEnv;
}): (detailType: string, detail: object) => Promise<void> {
  const call = createPlainCalls({ host: 'events', requestTimeout: 2000, attempts: 2, env });
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };
  return async (detailType, detail) => {
    const Entries = [{ Source: 'sallyport', DetailType: detailType, Detail: JSON.stringify(detail) }];
    const { FailedEntryCount } = await eventBridge.effect(
      'PutEvents',
      async () => (await call(headers, JSON.stringify({ Entries }))) as Content,
    );
    if (FailedEntryCount !== 0) {
      throw new Unavailable({ service: 'eventbridge', operation: 'PutEvents', detail: 'not taken' });
    }
  };
}
