import { type Clock, secondsAfter } from '../clock.ts';
import { Throttled, Unavailable, ignoreNotFound } from '../errors.ts';
import type { ClientSecrets } from './ports.ts';
import type { SecretLedger } from './records.ts';

/** Longer than the function that holds it may run. */
const lockSeconds = 60;

export interface ClientSecretIssuing {
  readonly secrets: ClientSecrets;
  readonly ledger: SecretLedger;
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** A person waits, so what Cognito throttles is tried again here: after so many milliseconds each. */
const pauses = [300, 600, 1200];

/**
 * Makes a client secret for a partner who proved to be the one. Cognito allows two at a time:
 *
 *     lock ─ drop what nobody received, and the oldest if two were received ─ add ─ drop the first one, which
 *     nobody received but could not go before ─ record ─ unlock
 *
 * A crash in between leaves at most a secret that nobody saw, which the next birth drops. The partner's
 * previous secret goes on working beside the new one.
 * @throws {Unavailable} while another birth for this client is under way
 */
export async function issueClientSecret(
  { secrets, ledger, clock, pause }: ClientSecretIssuing,
  clientId: string,
  holder: string,
): Promise<string> {
  const now = clock.now();
  if (!(await ledger.lock(clientId, holder, now, secondsAfter(now, lockSeconds)))) {
    throw new Unavailable({
      service: 'sallyport',
      operation: 'BearSecret',
      detail: 'another secret of this client is being made',
    });
  }
  try {
    return await retryWhileThrottled(pause, () => replaceSecrets({ secrets, ledger }, clientId));
  } finally {
    // A failure is over as well. If this one fails, the lock ends by itself; a secret withheld now would be lost.
    await ledger.unlock(clientId, holder).catch(() => undefined);
  }
}

async function replaceSecrets(
  { secrets, ledger }: Pick<ClientSecretIssuing, 'secrets' | 'ledger'>,
  clientId: string,
): Promise<string> {
  const live = new Set((await secrets.list(clientId)).map(({ secretId }) => secretId));
  const received = (await ledger.delivered(clientId)).filter((id) => live.has(id));
  const keep = received.slice(-1);
  const drop = [...live].filter((id) => !keep.includes(id));

  // Cognito keeps at least one secret per client, so the last one goes only after the new one is there.
  const last = drop.length === live.size ? drop.pop() : undefined;
  for (const id of drop) await ignoreNotFound(secrets.remove(clientId, id));
  const born = await secrets.add(clientId);
  if (last !== undefined) await ignoreNotFound(secrets.remove(clientId, last));
  await ledger.record(clientId, [...keep, born.secretId]);
  return born.value;
}

/** Begins anew after a call that Cognito did not take: what was done by then is found. */
async function retryWhileThrottled<Result>(
  pause: ClientSecretIssuing['pause'],
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (const milliseconds of pauses) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      await pause(milliseconds);
    }
  }
  return attempt();
}
