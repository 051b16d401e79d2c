import * as z from 'zod/mini';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import type { IdentityProvider } from '../../core/federation/identity-provider.ts';
import { assertSignIn } from '../../core/federation/refused.ts';
import type { PublicAnswer } from '../http/public-exchange.ts';

/** A public key of a provider, with the members that verification needs (RFC 7517 §4, RFC 7518 §6). */
const jwk = z.object({
  kty: z.string(),
  kid: z.exactOptional(z.string()),
  alg: z.exactOptional(z.string()),
  use: z.exactOptional(z.string()),
  key_ops: z.exactOptional(z.array(z.string())),
  n: z.exactOptional(z.string()),
  e: z.exactOptional(z.string()),
  crv: z.exactOptional(z.string()),
  x: z.exactOptional(z.string()),
  y: z.exactOptional(z.string()),
});
export type ProviderKey = z.infer<typeof jwk>;

/** Members of a set that are no keys of this form are ignored (RFC 7517 §5). */
const document = z.object({ keys: z.array(z.unknown()).check(z.maxLength(100)) });

/** How long a set is kept, in seconds. A key that the provider has removed counts no longer. */
const keptSeconds = 300;
/** How long a provider is not asked again after a set did not help, in seconds. */
const pauseSeconds = 30;
/** The number of providers whose sets are kept. When there are more, the oldest is removed. */
const maxProviders = 100;

interface KeySet {
  readonly jwksUri: string;
  readonly keys: readonly ProviderKey[];
  readonly readAt: Date;
}

/** Reads a document of a provider. */
export type ReadDocument = (address: string) => Promise<PublicAnswer>;

/**
 * Verifies something with the keys of a provider.
 * @param verify rejects if none of the keys verifies it
 * @throws {SignInRefused} `key_set` if what the provider publishes is no set of keys
 */
export type VerifyWithKeys = (
  provider: IdentityProvider,
  read: ReadDocument,
  verify: (keys: readonly ProviderKey[]) => Promise<void>,
) => Promise<void>;

/**
 * Keeps the key sets of providers (OpenID Connect Core 1.0 §10.1.1). What a kept set does not verify is tried once
 * more with the set as it is now, so a new key counts at once. If that does not verify it either, the provider is
 * not asked again on that account for 30 seconds, however often it signs with keys that it does not publish.
 */
export function createProviderKeys(clock: Clock): VerifyWithKeys {
  const sets = new Map<string, KeySet>();
  const pausedUntil = new Map<string, Date>();
  const pending = new Map<string, Promise<KeySet>>();

  const keptSet = ({ providerId, metadata }: IdentityProvider): KeySet | undefined => {
    const set = sets.get(providerId);
    const isCurrent =
      set?.jwksUri === metadata.jwksUri && clock.now() < secondsAfter(set.readAt, keptSeconds);
    return isCurrent ? set : undefined;
  };
  const isPaused = (providerId: string): boolean => {
    const until = pausedUntil.get(providerId);
    return until !== undefined && clock.now() < until;
  };

  /** Reads the set, once for all who want it at the same time. */
  const readSet = async (provider: IdentityProvider, read: ReadDocument): Promise<KeySet> => {
    const { providerId, metadata } = provider;
    const underWay = pending.get(providerId);
    if (underWay !== undefined) return underWay;
    // The pause begins before the set has helped anybody, and ends when it has.
    putBounded(pausedUntil, providerId, secondsAfter(clock.now(), pauseSeconds));
    const reading = keysAt(metadata.jwksUri, read, clock.now());
    pending.set(providerId, reading);
    try {
      const set = await reading;
      putBounded(sets, providerId, set);
      return set;
    } finally {
      pending.delete(providerId);
    }
  };

  /** Returns a newer set than the one that did not help; undefined if the provider must not be asked for it yet. */
  const newerSet = async (provider: IdentityProvider, read: ReadDocument, unhelpful: KeySet) => {
    const kept = keptSet(provider);
    if (kept !== undefined && kept !== unhelpful) return kept;
    const { providerId } = provider;
    return isPaused(providerId) && !pending.has(providerId) ? undefined : readSet(provider, read);
  };

  return async (provider, read, verify) => {
    const kept = keptSet(provider);
    let set = kept;
    if (kept !== undefined) {
      try {
        await verify(kept.keys);
        return;
      } catch (error) {
        set = await newerSet(provider, read, kept);
        if (set === undefined) throw error;
      }
    }
    set ??= await readSet(provider, read);
    await verify(set.keys);
    pausedUntil.delete(provider.providerId);
  };
}

async function keysAt(jwksUri: string, read: ReadDocument, readAt: Date): Promise<KeySet> {
  const { status, body } = await read(jwksUri);
  assertSignIn('key_set', status === 200);
  const { data } = document.safeParse(parsed(body));
  assertSignIn('key_set', data !== undefined);
  return { jwksUri, keys: data.keys.flatMap((each) => jwk.safeParse(each).data ?? []), readAt };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function putBounded<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  const oldest = map.keys().next().value;
  if (map.size >= maxProviders && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
