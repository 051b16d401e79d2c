import { createSecretKey, type KeyObject } from 'node:crypto';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import type { MacKey } from '../../core/mac-key.ts';

/** The algorithm of the seal: JWE with a shared key (RFC 7518 §4.5, §5.3). */
export const sealAlgorithms = { alg: 'dir', enc: 'A256GCM' } as const;

/** How long an evaluation id can be opened. Four weeks touch two months at most, so two keys are in use at most. */
export const openableSeconds = 28 * 24 * 3600;

/** A key that seals evaluation ids, and its id. */
export interface SealingKey {
  readonly kid: string;
  readonly key: KeyObject;
}

/** The key that seals now; undefined while it cannot be had. */
export type CurrentSealingKey = () => Promise<SealingKey | undefined>;

interface SealingKeyOptions {
  /** A key of KMS that serves nothing else. */
  readonly macKey: MacKey;
  readonly stage: string;
}

/** How many seconds pass after a failure before the key is asked for again, so that few calls wait for it. */
const retrySeconds = 60;

/** Returns the month of a moment in UTC: `2026-11`. */
export const monthOf = (moment: Date): string => moment.toISOString().slice(0, 7);

/** Returns the id of a month's key, which the sealed text shows: `dev.2026-11`. */
export const kidOf = (stage: string, month: string): string => `${stage}.${month}`;

/**
 * Derives the key of a month from the key in KMS, which KMS never gives out. HMAC-SHA-256 of a fixed label is a
 * pseudorandom function (NIST SP 800-108), and gives the 256 bits of the key.
 * @throws {StepError}
 */
export async function deriveSealingKey(
  { macKey, stage }: SealingKeyOptions,
  month: string,
): Promise<SealingKey> {
  const kid = kidOf(stage, month);
  const label = `evaluation id ${sealAlgorithms.enc} ${kid}`;
  return { kid, key: createSecretKey(await macKey.generate(label)) };
}

/**
 * Creates the reader of the key that seals now. It is derived once a month in each process. While KMS fails, the
 * last key is used further, or there is none: a call is not refused because its evaluation id cannot be sealed.
 */
export function createCurrentSealingKey({
  clock,
  ...options
}: SealingKeyOptions & { readonly clock: Clock }): CurrentSealingKey {
  let last: SealingKey | undefined;
  let attempt: { readonly month: string; readonly at: Date; readonly done: Promise<void> } | undefined;

  const derive = async (month: string): Promise<void> => {
    try {
      last = await deriveSealingKey(options, month);
    } catch {
      // No fault of the key may refuse a call. The authorizer logs each evaluation that it has not sealed.
    }
  };
  return async () => {
    const now = clock.now();
    const month = monthOf(now);
    if (last?.kid === kidOf(options.stage, month)) return last;
    if (attempt?.month !== month || now >= secondsAfter(attempt.at, retrySeconds)) {
      attempt = { month, at: now, done: derive(month) };
    }
    await attempt.done;
    return last;
  };
}
