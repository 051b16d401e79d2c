import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import type { CachedSecret } from '../../core/secrets/cached-secret.ts';
import type { DirectoryEvent } from '../../core/users/directory-events.ts';
import type { ProfileState } from '../../core/users/user.ts';
import { createSecret, type SecretOptions } from '../aws/secrets.ts';
import type { SenderCheck } from '../http/sender-check.ts';

/** The header in which Okta sends the hook's secret. */
export const eventHookHeaders = ['authorization'];

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Creates a check of the secret that Okta sends with every request. It is compared in constant time.
 * @param secrets one or two, separated by spaces; two while one replaces the other
 */
export function createEventHookCheck(secrets: string): SenderCheck {
  const digests = secrets.trim().split(/\s+/u).map(digest);
  return (_rawBody, { authorization }) =>
    authorization !== undefined && digests.some((each) => timingSafeEqual(each, digest(authorization)));
}

const secretContent = z.object({ oktaEventSecret: z.string().check(z.minLength(16)) });

/** Creates the check that uses the hook's secret in Secrets Manager. */
export const createCachedEventHookCheck = (
  options: Omit<SecretOptions<SenderCheck>, 'parse'>,
): CachedSecret<SenderCheck> =>
  createSecret({
    ...options,
    parse: (content) => createEventHookCheck(secretContent.parse(content).oktaEventSecret),
  });

/** The events that change whether a user may sign in, and the state that each leads to. */
export const userEvents: Readonly<Record<string, ProfileState>> = {
  'user.lifecycle.activate': 'active',
  'user.lifecycle.reactivate': 'active',
  'user.lifecycle.unsuspend': 'active',
  'user.lifecycle.suspend': 'inactive',
  'user.lifecycle.deactivate': 'inactive',
  'user.lifecycle.delete.initiated': 'deleted',
  'user.lifecycle.delete.completed': 'deleted',
};

const eventBatch = z.object({ data: z.object({ events: z.array(z.unknown()) }) });

const event = z.object({
  eventType: z.string(),
  published: z.iso.datetime({ offset: true }),
  outcome: z.nullish(z.object({ result: z.string() })),
  target: z.nullish(
    z.array(z.object({ id: z.string(), type: z.string(), alternateId: z.nullish(z.string()) })),
  ),
});

/**
 * Reads what Okta's event hook has sent. Events of other kinds, without a user, of something that did not
 * succeed, or in another form are left out; the others count.
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/EventHook/
 * @returns undefined if the body is not that of an event hook
 */
export function parseEventBatch(rawBody: string): readonly DirectoryEvent[] | undefined {
  return eventBatch.safeParse(jsonIn(rawBody)).data?.data.events.flatMap(readEvent);
}

function readEvent(sent: unknown): readonly DirectoryEvent[] {
  const { data } = event.safeParse(sent);
  if (data === undefined) return [];
  const { eventType, published, outcome, target } = data;
  const state = Object.hasOwn(userEvents, eventType) ? userEvents[eventType] : undefined;
  if (state === undefined || (outcome?.result ?? 'SUCCESS') !== 'SUCCESS') return [];
  return (target ?? []).flatMap(({ id, type, alternateId }) =>
    type === 'User' && alternateId
      ? [
          {
            userId: alternateId.toLowerCase(),
            profile: { profileId: id, state, since: published },
            name: eventType,
          },
        ]
      : [],
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
