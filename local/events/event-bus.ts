import { randomUUID } from 'node:crypto';
import { account, region } from '../aws/service.ts';
import type { TwinClock } from '../kernel/clock.ts';
import type { Store } from '../kernel/store.ts';
import type { Lambda } from '../lambda/lambda.ts';

/** An event in its source's format. */
export interface SourceEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** The ARNs of the resources that the event is about. */
  readonly resources?: readonly string[];
}

/**
 * An event pattern. An event matches if each field has one of the listed values or begins with a listed
 * prefix. All events are of the twin's account.
 */
export interface EventPattern {
  readonly source: readonly string[];
  readonly 'detail-type': readonly string[];
  readonly detail: Readonly<Record<string, readonly DetailPattern[]>>;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
export type DetailPattern = string | { readonly prefix: string };

/** A function and the events that it is invoked with. */
export interface EventRule {
  readonly functionName: string;
  readonly pattern: EventPattern;
}

/** EventBridge's default bus. */
export interface EventBus {
  publish(event: SourceEvent): void;
  /** Delivers the events that the previous process had not delivered when it ended. */
  resume(): void;
  close(): void;
}

interface Delivery {
  readonly functionName: string;
  readonly event: Readonly<Record<string, unknown>> & { readonly id: string };
}

/** Lambda's delays, in seconds, before the two retries of an asynchronous invocation. */
const pauses = [60, 120];

const matches = (pattern: EventPattern, { source, detailType, detail }: SourceEvent): boolean =>
  pattern.source.includes(source) &&
  pattern['detail-type'].includes(detailType) &&
  Object.entries(pattern.detail).every(([field, values]) =>
    values.some((value) => matchesText(value, String(detail[field]))),
  );

const matchesText = (pattern: DetailPattern, text: string): boolean =>
  typeof pattern === 'string' ? pattern === text : text.startsWith(pattern.prefix);

export function createEventBus({
  store,
  clock,
  lambda,
  rules,
}: {
  readonly store: Store;
  readonly clock: TwinClock;
  readonly lambda: Lambda;
  readonly rules: readonly EventRule[];
}): EventBus {
  const waiting = store.collection<Delivery>('events');
  const closing = new AbortController();

  const deliver = async (id: string, { functionName, event }: Delivery): Promise<void> => {
    for (const pause of [...pauses, undefined]) {
      const { ok } = await lambda.invoke(functionName, event);
      if (closing.signal.aborted) return;
      if (ok || pause === undefined) break;
      await clock.sleep(pause, closing.signal);
    }
    waiting.delete(id);
  };
  const start = (id: string, delivery: Delivery): void => {
    deliver(id, delivery).catch((error: unknown) => {
      if (!closing.signal.aborted) throw error;
    });
  };
  const idOf = ({ functionName, event }: Delivery): string => `${event.id}#${functionName}`;

  return {
    publish: ({ source, detailType, detail, resources = [] }) => {
      const event = {
        version: '0',
        id: randomUUID(),
        source,
        'detail-type': detailType,
        detail,
        account,
        region,
        resources,
        time: clock.now().toISOString(),
      };
      for (const { functionName, pattern } of rules) {
        if (!matches(pattern, { source, detailType, detail })) continue;
        const delivery = { functionName, event };
        waiting.put(idOf(delivery), delivery);
        start(idOf(delivery), delivery);
      }
    },
    resume: () => {
      for (const delivery of waiting.all()) start(idOf(delivery), delivery);
    },
    close: () => closing.abort(),
  };
}
