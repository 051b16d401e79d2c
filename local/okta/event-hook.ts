import { randomUUID } from 'node:crypto';
import type { TwinClock } from '../kernel/clock.ts';
import type { Faults } from '../kernel/faults.ts';
import { faultAnswers } from './answers.ts';
import type { OktaUser } from './directory.ts';

/** The events of a user's lifecycle that the hook is registered for. */
export type UserEvent =
  | 'user.lifecycle.activate'
  | 'user.lifecycle.suspend'
  | 'user.lifecycle.unsuspend'
  | 'user.lifecycle.deactivate'
  | 'user.lifecycle.delete.initiated';

/** Where the hook is registered, and the secret that it sends. */
export interface EventHookTarget {
  readonly url: string;
  readonly secret: () => string;
}

/** Tells the registered hook of an event, without waiting for it. */
export type TellHook = (eventType: UserEvent, user: OktaUser) => void;

export const eventHookOperation = 'SendEventHook';

/** How often Okta sends a delivery that fails: once more. */
const attempts = 2;

/**
 * Creates the event hook. As in Okta, a delivery may get lost.
 * https://developer.okta.com/docs/concepts/event-hooks/
 */
export function createEventHook(
  { url, secret }: EventHookTarget,
  { clock, faults }: { readonly clock: TwinClock; readonly faults: Faults },
): TellHook {
  const post = (body: string): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', authorization: secret() },
      signal: AbortSignal.timeout(3000),
    });
  const deliver = async (body: string): Promise<void> => {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const answer = await faults
        .around('okta', eventHookOperation, faultAnswers, () => post(body))
        .catch(() => undefined);
      if (answer?.ok === true) return;
    }
  };
  return (eventType, { id, profile: { login = '', firstName = '', lastName = '' } }) => {
    const published = clock.now().toISOString();
    void deliver(
      JSON.stringify({
        eventType: 'com.okta.event_hook',
        eventTypeVersion: '1.0',
        cloudEventsVersion: '0.1',
        contentType: 'application/json',
        eventId: randomUUID(),
        eventTime: published,
        data: {
          events: [
            {
              uuid: randomUUID(),
              published,
              eventType,
              version: '0',
              severity: 'INFO',
              outcome: { result: 'SUCCESS' },
              actor: { id: '00u000000000twinadmin', type: 'User', alternateId: 'admin@twin.example' },
              target: [{ id, type: 'User', alternateId: login, displayName: `${firstName} ${lastName}` }],
            },
          ],
        },
      }),
    );
  };
}
