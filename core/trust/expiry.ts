import { type TrustedKey, type WarningDays, warningDays } from './records.ts';

const millisecondsPerDay = 86_400_000;

/** Whole days until a key's certificate expires, negative since then; undefined for a bare key, which never does. */
export function daysLeft({ notAfter }: TrustedKey, now: Date): number | undefined {
  return notAfter === undefined
    ? undefined
    : Math.floor((Date.parse(notAfter) - now.getTime()) / millisecondsPerDay);
}

/** The warning that is due: for the nearest of the days that has come, once. */
export function expiryWarning(key: TrustedKey, now: Date): WarningDays | undefined {
  const { notAfter, warned = Infinity } = key;
  if (notAfter === undefined) return undefined;
  const left = Date.parse(notAfter) - now.getTime();
  const reached = warningDays.findLast((days) => left <= days * millisecondsPerDay);
  return reached !== undefined && reached < warned ? reached : undefined;
}

/** Whether the certificate, if there is one, is in force. */
export function isInForce({ notBefore, notAfter }: TrustedKey, now: Date): boolean {
  return (
    (notBefore === undefined || now >= new Date(notBefore)) &&
    (notAfter === undefined || now < new Date(notAfter))
  );
}
