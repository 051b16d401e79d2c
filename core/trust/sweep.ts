import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import { amend } from '../lifecycle/change.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';
import { Conflict } from '../errors.ts';
import { daysLeft, expiryWarning } from './expiry.ts';
import { withKeysOfUrl } from './key-list.ts';
import { type KeyErrorCode, InvalidKeys, type ReadKeys } from './key-upload.ts';
import type { Issuer, TrustedKey, WarningDays } from './records.ts';

/** What an operator should know of an issuer. Nothing in it is secret. */
export type TrustAlert = { readonly issuer: string; readonly partnerId: string } & (
  | {
      readonly about: 'key_expires';
      readonly kid: string;
      readonly notAfter: string | undefined;
      readonly daysLeft: number | undefined;
      readonly threshold: WarningDays | undefined;
    }
  /** The keys of its `jwksUrl` are believed as they were read last. */
  | { readonly about: 'keys_unreadable'; readonly reasons: readonly KeyErrorCode[] }
);

export interface TrustAlerts {
  raise(alert: TrustAlert): Promise<void>;
}

export interface TrustSweep {
  readonly issuers: ManagedRecords<Issuer>;
  readonly readKeys: ReadKeys;
  readonly alerts: TrustAlerts;
  readonly clock: Clock;
}

/** What a sweep found and did. */
export interface TrustSweepResult {
  readonly issuers: number;
  readonly warned: number;
  readonly unreadable: number;
  /** Until the first certificate of a key that is believed expires; negative since then. Absent if there is none. */
  readonly soonestExpiryDays?: number;
}

const pageSize = 50;
const tries = 3;

/**
 * Looks after the issuers that are switched on: reads the keys anew that they publish, and warns of those whose
 * certificates expire, once for each of the days. A warning is raised before it is recorded, so that a crash in
 * between repeats it rather than loses it.
 * @throws what kept one issuer from being looked after; the others are
 */
export async function sweepTrust(sweep: TrustSweep): Promise<TrustSweepResult> {
  const swept: IssuerSwept[] = [];
  const failures: unknown[] = [];
  for await (const issuer of active(sweep.issuers)) {
    await sweepIssuer(sweep, issuer).then(
      (each) => swept.push(each),
      (error: unknown) => failures.push(error),
    );
  }
  if (failures.length > 0) throw failures[0];
  const now = sweep.clock.now();
  const days = swept.flatMap(({ keys }) => keys.flatMap((key) => daysLeft(key, now) ?? []));
  return {
    issuers: swept.length,
    warned: swept.reduce((sum, { warned }) => sum + warned, 0),
    unreadable: swept.filter(({ refused }) => refused !== undefined).length,
    ...(days.length > 0 && { soonestExpiryDays: Math.min(...days) }),
  };
}

async function* active(issuers: ManagedRecords<Issuer>): AsyncGenerator<string> {
  let after: string | undefined;
  do {
    const { items, next } = await issuers.list({ limit: pageSize, ...(after !== undefined && { after }) });
    for (const { status, issuer } of items) if (status === 'active') yield issuer;
    after = next;
  } while (after !== undefined);
}

interface IssuerSwept {
  readonly keys: readonly TrustedKey[];
  readonly warned: number;
  /** Why the keys of its `jwksUrl` are those of before. */
  readonly refused?: readonly KeyErrorCode[];
}

/** The list lags behind and operators are at work, so the record is looked at again, and after another's change once more. */
async function sweepIssuer(sweep: TrustSweep, iss: string): Promise<IssuerSwept> {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const issuer = await sweep.issuers.find(iss);
    if (issuer?.status !== 'active') return { keys: [], warned: 0 };
    const now = sweep.clock.now();
    const current = await currentKeys(sweep, issuer);
    const keys = current.keys.map((key): TrustedKey => {
      const warned = expiryWarning(key, now);
      return warned === undefined ? key : { ...key, warned };
    });
    const due = keys.filter((key, index) => key !== current.keys[index]);
    for (const alert of alertsOf(issuer, due, current.refused, now)) await sweep.alerts.raise(alert);
    const swept = { ...current, keys, warned: due.length };
    if (isDeepStrictEqual(keys, issuer.keys)) return swept;
    const why =
      due.length === 0
        ? 'The keys of jwksUrl have changed.'
        : `Warned of ${due.map(({ kid, warned = 0 }) => `${kid} at ${warned} days`).join(', ')}.`;
    const amended = amend<Issuer>(
      issuer,
      { ...issuer, keys },
      { at: now.toISOString(), by: 'trust-sweep', why },
    );
    if (amended.outcome === 'changed' && (await sweep.issuers.replace(amended.record))) return swept;
  }
  throw new Conflict({
    service: 'sallyport',
    operation: 'SweepTrust',
    detail: 'the issuer changed again and again',
  });
}

/** The keys with those that the issuer publishes now. Where these cannot be had, it stays with what there is. */
async function currentKeys(
  { readKeys }: TrustSweep,
  { keys, jwksUrl, jwksAlgorithm }: Issuer,
): Promise<Pick<IssuerSwept, 'keys' | 'refused'>> {
  if (jwksUrl === undefined) return { keys };
  try {
    const read = await readKeys({
      kind: 'jwksUrl',
      url: jwksUrl,
      ...(jwksAlgorithm !== undefined && { algorithm: jwksAlgorithm }),
    });
    return { keys: withKeysOfUrl(keys, read.keys) };
  } catch (error) {
    if (!(error instanceof InvalidKeys)) throw error;
    return { keys, refused: error.faults.map(({ code }) => code) };
  }
}

function alertsOf(
  { issuer, partnerId }: Issuer,
  due: readonly TrustedKey[],
  refused: readonly KeyErrorCode[] | undefined,
  now: Date,
): readonly TrustAlert[] {
  return [
    ...(refused === undefined
      ? []
      : [{ issuer, partnerId, about: 'keys_unreadable', reasons: refused } as const]),
    ...due.map(
      (key) =>
        ({
          issuer,
          partnerId,
          about: 'key_expires',
          kid: key.kid,
          notAfter: key.notAfter,
          daysLeft: daysLeft(key, now),
          threshold: key.warned,
        }) as const,
    ),
  ];
}
