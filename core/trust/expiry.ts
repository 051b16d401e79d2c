import { type TrustedKey, type WarningDays, warningDays } from './records.ts';

const millisecondsPerDay = 86_400_000;

/**
 * Returns the whole days until a key's certificate expires. The number is negative after the expiry. A bare
 * key never expires, so the result is undefined.
 */
export function daysLeft({ notAfter }: TrustedKey, now: Date): number | undefined {
  return notAfter === undefined
    ? undefined
    : Math.floor((Date.parse(notAfter) - now.getTime()) / millisecondsPerDay);
}

/**
 * Returns the warning that is due: the smallest of the warning days that was reached, unless it was raised
 * before.
 */
export function expiryWarning(key: TrustedKey, now: Date): WarningDays | undefined {
  const { notAfter, warned = Infinity } = key;
  if (notAfter === undefined) return undefined;
  const left = Date.parse(notAfter) - now.getTime();
  const reached = warningDays.findLast((days) => left <= days * millisecondsPerDay);
  return reached !== undefined && reached < warned ? reached : undefined;
}

/** Tells whether the key's certificate is in force. A bare key always is. */
export function isCertificateValid({ notBefore, notAfter }: TrustedKey, now: Date): boolean {
  return (
    (notBefore === undefined || now >= new Date(notBefore)) &&
    (notAfter === undefined || now < new Date(notAfter))
  );
}
