import { type Clock, secondsAfter } from '../clock.ts';
import { Throttled, Unavailable, ignoreNotFound } from '../errors.ts';
import type { ClientSecrets } from './ports.ts';
import type { SecretLedger } from './records.ts';

/** The duration of the lock. It is longer than the function that holds the lock may run. */
const lockSeconds = 60;

/** What is needed to issue a client secret. */
export interface ClientSecretIssuing {
  readonly secrets: ClientSecrets;
  readonly ledger: SecretLedger;
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** The pauses in milliseconds before a throttled call is repeated here, because a person is waiting. */
const retryPausesMs = [300, 600, 1200];

/**
 * Issues a client secret to a partner who has proved its identity. Cognito allows two secrets at a time:
 *
 *     lock ─ delete secrets that nobody received, and the oldest if two were received ─ add ─
 *     delete the one that nobody received but that could not be deleted earlier ─ record ─ unlock
 *
 * A crash in between leaves at most one secret that nobody has seen. The next call deletes it. The partner's
 * previous secret stays valid beside the new one.
 * @param holder an id of this call alone, which holds the lock
 * @throws {Unavailable} while another secret is being issued for this client
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
      operation: 'IssueClientSecret',
      detail: 'another secret of this client is being made',
    });
  }
  try {
    return await retryWhileThrottled(pause, () => replaceSecrets({ secrets, ledger }, clientId));
  } finally {
    // The lock is released after a failure, too. If the release fails, the lock expires. The secret must not
    // be lost for that.
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

  // Cognito requires at least one secret per client, so the last one is deleted only after the new one was
  // added.
  const last = drop.length === live.size ? drop.pop() : undefined;
  for (const id of drop) await ignoreNotFound(secrets.remove(clientId, id));
  const added = await secrets.add(clientId);
  if (last !== undefined) await ignoreNotFound(secrets.remove(clientId, last));
  await ledger.record(clientId, [...keep, added.secretId]);
  return added.value;
}

/**
 * Repeats everything from the beginning after a throttled call. The next attempt finds what was done before.
 */
async function retryWhileThrottled<Result>(
  pause: ClientSecretIssuing['pause'],
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (const milliseconds of retryPausesMs) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      await pause(milliseconds);
    }
  }
  return attempt();
}
