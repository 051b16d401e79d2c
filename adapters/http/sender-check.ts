import { StepError } from '../../core/errors.ts';
import type { CachedSecret } from '../../core/secrets/cached-secret.ts';

/** The headers of a request, by lower-case name. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** Returns whether a request comes from whom it should: it is signed, or carries the secret. */
export type SenderCheck = (rawBody: string, headers: RequestHeaders) => boolean;

/**
 * Creates a check with a secret that may change. If a request does not pass, the secret is read again, at most
 * once a minute, because anybody can send such a request.
 * @param requiredHeaders without one of them there is nothing to check, so the secret is not read
 */
export function createRotatingCheck(
  check: CachedSecret<SenderCheck>,
  requiredHeaders: readonly string[],
): (rawBody: string, headers: RequestHeaders) => Promise<boolean> {
  return async (rawBody, headers) => {
    if (requiredHeaders.some((name) => headers[name] === undefined)) return false;
    const current = await check.get();
    if (current(rawBody, headers)) return true;
    const replaced = await reloadSecret(check, current);
    return replaced?.(rawBody, headers) ?? false;
  };
}

/**
 * Reads the secret again. If that fails, the secret counts as unchanged, so that a forged request does not
 * cause a server error.
 */
async function reloadSecret(
  check: CachedSecret<SenderCheck>,
  used: SenderCheck,
): Promise<SenderCheck | undefined> {
  try {
    return await check.reload(used);
  } catch (error) {
    if (error instanceof StepError) return undefined;
    throw error;
  }
}
