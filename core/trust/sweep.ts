import { isDeepStrictEqual } from 'node:util';
import { type Clock, secondsAfter } from '../clock.ts';
import { amend } from '../lifecycle/change.ts';
import { listActive } from '../lifecycle/list-active.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';
import { Conflict } from '../errors.ts';
import { daysLeft, expiryWarning } from './expiry.ts';
import { withKeysOfUrl, withLeftOut } from './key-list.ts';
import { type KeyErrorCode, InvalidKeys } from './key-errors.ts';
import {
  type ClientKeysAlert,
  type ClientKeySweep,
  type DisclosedName,
  sweepClientKeys,
} from './client-key-sweep.ts';
import {
  type DisclosedKeys,
  findDisclosed,
  readUndisclosedKeys,
  type UndisclosedReading,
} from './disclosed-keys.ts';
import {
  type Issuer,
  type LeftOutKey,
  maxLeftOutShown,
  type TrustedKey,
  type WarningDays,
} from './records.ts';

/** What an operator must know about an issuer or a client. It contains no secrets. */
export type TrustAlert = IssuerAlert | ClientKeysAlert;

/** What an operator must know about an issuer. It contains no secrets. */
type IssuerAlert = { readonly issuer: string; readonly partnerId: string } & (
  | {
      readonly about: 'key_expires';
      readonly kid: string;
      readonly notAfter: string | undefined;
      readonly daysLeft: number | undefined;
      readonly threshold: WarningDays | undefined;
    }
  /** The keys at its `jwksUrl` could not be read. The keys that were read last remain trusted. */
  | { readonly about: 'keys_unreadable'; readonly reasons: readonly KeyErrorCode[] }
  /** Some keys at its `jwksUrl` cannot be used. Only the usable ones are trusted now, perhaps none. */
  | { readonly about: 'keys_left_out'; readonly leftOut: readonly LeftOutKey[]; readonly usable: number }
  /** Keys of the issuer are no longer trusted, because their private keys were disclosed somewhere. */
  | { readonly about: 'keys_disclosed'; readonly keys: readonly DisclosedName[] }
);

export interface TrustAlerts {
  raise(alert: TrustAlert): Promise<void>;
}

/** What the sweep needs. */
export interface TrustSweep extends UndisclosedReading, Omit<ClientKeySweep, 'alerts'> {
  readonly issuers: ManagedRecords<Issuer>;
  readonly disclosedKeys: DisclosedKeys;
  readonly alerts: TrustAlerts;
  readonly clock: Clock;
}

/** The counts of a sweep. */
export interface TrustSweepResult {
  readonly issuers: number;
  readonly warned: number;
  readonly unreadable: number;
  /** The keys at all addresses that were left out. */
  readonly leftOut: number;
  /** The keys of active clients that were disclosed. The clients no longer authenticate with them. */
  readonly disclosedClientKeys: number;
  /**
   * The days until the first certificate of a trusted key expires; negative after that. Absent if no key has
   * a certificate.
   */
  readonly soonestExpiryDays?: number;
}

/** A sweep runs every hour. So that one is not missed by seconds, a day is a little shorter here. */
const secondsBetweenAlerts = 23.5 * 3600;
const maxAttempts = 3;

/**
 * Checks the active issuers: reads the keys again that they publish, and warns of certificates that expire
 * soon, once for each of the warning days. Then looks for disclosed keys of clients. A warning is raised before
 * it is recorded, so that a crash in between repeats the warning instead of losing it.
 * @throws the first error, after every issuer and client was tried
 */
export async function sweepTrust(sweep: TrustSweep): Promise<TrustSweepResult> {
  const swept: IssuerSwept[] = [];
  const failures: unknown[] = [];
  for await (const { issuer } of listActive(sweep.issuers)) {
    await sweepIssuer(sweep, issuer).then(
      (each) => swept.push(each),
      (error: unknown) => failures.push(error),
    );
  }
  // The addresses come first, because they may disclose keys of clients.
  const ofClients = await sweepClientKeys(sweep);
  failures.push(...ofClients.failures);
  if (failures.length > 0) throw failures[0];
  const now = sweep.clock.now();
  const days = swept.flatMap(({ keys }) => keys.flatMap((key) => daysLeft(key, now) ?? []));
  return {
    issuers: swept.length,
    warned: swept.reduce((sum, { warned }) => sum + warned, 0),
    unreadable: swept.filter(({ refused }) => refused !== undefined).length,
    leftOut: swept.reduce((sum, { leftOut }) => sum + leftOut.length, 0),
    disclosedClientKeys: ofClients.disclosed,
    ...(days.length > 0 && { soonestExpiryDays: Math.min(...days) }),
  };
}

interface IssuerSwept {
  readonly keys: readonly TrustedKey[];
  readonly leftOut: readonly LeftOutKey[];
  readonly warned: number;
  /** Why its `jwksUrl` could not be read, in which case its earlier keys were kept. */
  readonly refused?: readonly KeyErrorCode[] | undefined;
}

/**
 * Checks one issuer. The list may be out of date and operators may change the record meanwhile, so the record
 * is read again first. After a concurrent change, the check is repeated.
 */
async function sweepIssuer(sweep: TrustSweep, iss: string): Promise<IssuerSwept> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const issuer = await sweep.issuers.find(iss);
    if (issuer?.status !== 'active') return { keys: [], leftOut: [], warned: 0 };
    const now = sweep.clock.now();
    const current = await currentUndisclosedKeys(sweep, issuer);
    const keys = current.keys.map((key): TrustedKey => {
      const warned = expiryWarning(key, now);
      return warned === undefined ? key : { ...key, warned };
    });
    const due = keys.filter((key, index) => key !== current.keys[index]);
    const unreadableToldAt = nextUnreadableAlert(issuer, current.refused, now);
    const refusedAnew = unreadableToldAt === issuer.unreadableToldAt ? undefined : current.refused;
    for (const alert of alertsOf(issuer, due, { ...current, refused: refusedAnew }, now)) {
      await sweep.alerts.raise(alert);
    }
    const swept = { ...current, keys, warned: due.length };
    const why = reasonsOf(issuer, { ...swept, due, unreadableToldAt });
    if (why.length === 0) return swept;
    const { unreadableToldAt: _before, ...rest } = issuer;
    const amended = amend<Issuer>(
      issuer,
      withLeftOut(
        { ...rest, keys, ...(unreadableToldAt !== undefined && { unreadableToldAt }) },
        current.leftOut,
      ),
      { at: now.toISOString(), by: 'trust-sweep', why: why.join(' ') },
    );
    if (amended.outcome === 'changed' && (await sweep.issuers.replace(amended.record))) return swept;
  }
  throw new Conflict({
    service: 'sallyport',
    operation: 'SweepTrust',
    detail: 'the issuer changed again and again',
  });
}

type CurrentKeys = Pick<IssuerSwept, 'keys' | 'leftOut' | 'refused'> & {
  /** Those of its keys that are taken away, because they were disclosed. */
  readonly disclosed: readonly DisclosedName[];
  /** How many keys of its `jwksUrl` are trusted. Absent if none were read. */
  readonly usable?: number;
};

/**
 * Returns when the operators were last told that the address cannot be read: now, if it is due; undefined if
 * the address could be read.
 */
function nextUnreadableAlert(
  { unreadableToldAt }: Issuer,
  refused: readonly KeyErrorCode[] | undefined,
  now: Date,
): string | undefined {
  if (refused === undefined) return undefined;
  const isDue =
    unreadableToldAt === undefined || now >= secondsAfter(new Date(unreadableToldAt), secondsBetweenAlerts);
  return isDue ? now.toISOString() : unreadableToldAt;
}

/** Returns what has changed, in sentences for the record. It is empty if nothing has. */
function reasonsOf(
  before: Issuer,
  {
    keys,
    due,
    unreadableToldAt,
    leftOut,
    disclosed,
  }: Pick<Issuer, 'keys'> & {
    readonly leftOut: readonly LeftOutKey[];
    readonly due: readonly TrustedKey[];
    readonly unreadableToldAt: string | undefined;
    readonly disclosed: readonly DisclosedName[];
  },
): readonly string[] {
  const reasons: string[] = [];
  if (disclosed.length > 0) {
    reasons.push(`Took away ${disclosed.map(({ kid }) => kid).join(', ')}: the private key was disclosed.`);
  }
  if (due.length > 0) {
    reasons.push(`Warned of ${due.map(({ kid, warned = 0 }) => `${kid} at ${warned} days`).join(', ')}.`);
  } else if (
    !isDeepStrictEqual(keys, withoutKeys(before.keys, disclosed)) ||
    !isDeepStrictEqual(leftOut.slice(0, maxLeftOutShown), before.leftOut ?? [])
  ) {
    reasons.push('The keys of jwksUrl have changed.');
  }
  if (unreadableToldAt !== before.unreadableToldAt) {
    reasons.push(
      unreadableToldAt === undefined
        ? 'The keys of jwksUrl can be read again.'
        : 'Told that the keys of jwksUrl cannot be read.',
    );
  }
  return reasons;
}

/** Returns the issuer's current keys without those that were disclosed anywhere, also the uploaded ones. */
async function currentUndisclosedKeys(sweep: TrustSweep, issuer: Issuer): Promise<CurrentKeys> {
  const current = await currentKeys(sweep, issuer);
  const refused = await findDisclosed(sweep.disclosedKeys, current.keys);
  const disclosed = current.keys
    .filter(({ thumbprint }) => refused.has(thumbprint))
    .map(({ kid, thumbprint }) => ({ kid, thumbprint }));
  return { ...current, keys: withoutKeys(current.keys, disclosed), disclosed };
}

const withoutKeys = (keys: readonly TrustedKey[], without: readonly DisclosedName[]): readonly TrustedKey[] =>
  keys.filter((key) => !without.some(({ thumbprint }) => thumbprint === key.thumbprint));

/**
 * Returns the issuer's keys, updated with those it publishes now. If these cannot be read, the keys stay as
 * they are.
 */
async function currentKeys(
  sweep: TrustSweep,
  { keys, jwksUrl, jwksAlgorithm, removedKeys, leftOut = [] }: Issuer,
): Promise<Omit<CurrentKeys, 'disclosed'>> {
  if (jwksUrl === undefined) return { keys, leftOut };
  try {
    const algorithm = jwksAlgorithm === undefined ? {} : { algorithm: jwksAlgorithm };
    const read = await readUndisclosedKeys(sweep, { kind: 'jwksUrl', url: jwksUrl, ...algorithm });
    const updated = withKeysOfUrl(keys, read.keys, removedKeys);
    return {
      keys: updated.keys,
      leftOut: [...(read.leftOut ?? []), ...updated.leftOut],
      usable: read.keys.length - updated.leftOut.length,
    };
  } catch (error) {
    if (!(error instanceof InvalidKeys)) throw error;
    return { keys, leftOut, refused: error.faults.map(({ code }) => code) };
  }
}

function alertsOf(
  { issuer, partnerId, leftOut: toldBefore = [] }: Issuer,
  due: readonly TrustedKey[],
  { leftOut, usable, refused, disclosed }: CurrentKeys,
  now: Date,
): readonly TrustAlert[] {
  const alerts: TrustAlert[] = [];
  if (refused !== undefined) {
    alerts.push({ issuer, partnerId, about: 'keys_unreadable', reasons: refused });
  }
  const shown = leftOut.slice(0, maxLeftOutShown);
  const isNew = shown.length > 0 && !isDeepStrictEqual(shown, toldBefore);
  if (usable !== undefined && (isNew || usable === 0)) {
    alerts.push({ issuer, partnerId, about: 'keys_left_out', leftOut: shown, usable });
  }
  if (disclosed.length > 0) alerts.push({ issuer, partnerId, about: 'keys_disclosed', keys: disclosed });
  for (const key of due) {
    alerts.push({
      issuer,
      partnerId,
      about: 'key_expires',
      kid: key.kid,
      notAfter: key.notAfter,
      daysLeft: daysLeft(key, now),
      threshold: key.warned,
    });
  }
  return alerts;
}
