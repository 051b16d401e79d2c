import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { SourceEvent } from '../events/event-bus.ts';
import type { Store } from '../kernel/store.ts';
import { operation } from './operation.ts';
import type { AwsService } from './service.ts';

const jsonObject = z.string().transform((text, context) => {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    context.addIssue('no JSON object');
    return z.NEVER;
  }
});
const entry = z.object({
  Source: z.string().regex(/^(?!aws\.)./),
  DetailType: z.string().min(1),
  Detail: jsonObject,
});
const putEvents = z.object({ Entries: z.array(z.unknown()).min(1).max(10) });

export interface Events {
  readonly service: AwsService;
  /** Returns all events that were put on the bus, in order. */
  all(): readonly SourceEvent[];
}

/** Creates the API of EventBridge's default bus for those who put events on it. */
export function createEvents(store: Store, publish: (event: SourceEvent) => void): Events {
  const put = store.collection<SourceEvent>('put-events');
  return {
    all: () => put.all(),
    service: {
      name: 'eventbridge',
      operations: {
        PutEvents: operation(putEvents, ({ Entries }) => {
          const results = Entries.map((each) => {
            const { data } = entry.safeParse(each);
            if (data === undefined) {
              return {
                ErrorCode: 'InvalidArgument',
                ErrorMessage:
                  "An entry has a Source that is not AWS's own, a DetailType, and a Detail that is a JSON object.",
              };
            }
            const event = { source: data.Source, detailType: data.DetailType, detail: data.Detail };
            const EventId = randomUUID();
            put.put(EventId, event);
            publish(event);
            return { EventId };
          });
          return {
            FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
            Entries: results,
          };
        }),
      },
    },
  };
}
