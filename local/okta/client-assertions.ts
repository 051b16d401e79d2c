import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  importJWK,
  type JWK,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { secondsAfter } from '../../core/clock.ts';
import type { TwinClock } from '../kernel/clock.ts';

/** An application of the org that authenticates with its key. */
export interface RegisteredApp {
  readonly clientId: string;
  /**
   * Returns the application's registered public RSA keys as JWKs: those with this `kid`, or all if the
   * assertion has none.
   */
  readonly keys: (kid: string | undefined) => readonly JWK[] | Promise<readonly JWK[]>;
  /**
   * Changes when an administrator changes the keys. Access tokens that were issued before are then revoked.
   */
  readonly generation?: () => number;
}

export type TokenForm = Readonly<Record<string, unknown>>;

/** Returns the issuer that an assertion claims, or undefined if it claims none. */
export function issuerOf(form: TokenForm): string | undefined {
  try {
    return decodeJwt(String(form['client_assertion'])).iss;
  } catch {
    return undefined;
  }
}

const longestAssertion = 3600;

/**
 * Creates the check of `private_key_jwt` (RFC 7523 section 2.2). Each assertion is accepted once.
 *
 * @returns a function of the form and the token endpoint's URL, which returns the reason for a refusal or
 * undefined
 */
export function createAssertionCheck(
  app: RegisteredApp,
  clock: TwinClock,
): (form: TokenForm, audience: string) => Promise<string | undefined> {
  const usedJtis = new Map<string, Date>();

  return async (form, audience) => {
    const assertion = form['client_assertion'];
    if (
      form['client_assertion_type'] !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' ||
      typeof assertion !== 'string'
    ) {
      return 'A client_assertion of the type jwt-bearer is required.';
    }
    try {
      const payload = await verifyAssertion(app, assertion, {
        algorithms: ['RS256'],
        issuer: app.clientId,
        subject: app.clientId,
        audience,
        requiredClaims: ['exp'],
        currentDate: clock.now(),
      });
      const expires = new Date((payload.exp ?? 0) * 1000);
      if (expires > secondsAfter(clock.now(), longestAssertion)) {
        return 'The client_assertion token has an expiration too far into the future.';
      }
      if (payload.jti === undefined) return undefined;
      for (const [jti, until] of usedJtis) if (until <= clock.now()) usedJtis.delete(jti);
      if (usedJtis.has(payload.jti)) return 'The client_assertion token has already been used.';
      usedJtis.set(payload.jti, expires);
      return undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return `The client_assertion token is invalid (${error.code}).`;
      throw error;
    }
  };
}

/** Returns the claims of an assertion that one of the application's keys has signed. */
async function verifyAssertion(
  { keys }: RegisteredApp,
  assertion: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let lastError: unknown = new errors.JWKSNoMatchingKey();
  for (const key of await keys(kidOf(assertion))) {
    try {
      return (await jwtVerify(assertion, await importJWK(key, 'RS256'), options)).payload;
    } catch (error) {
      lastError = error;
    }
  }
  throw lastError;
}

function kidOf(assertion: string): string | undefined {
  try {
    return decodeProtectedHeader(assertion).kid;
  } catch {
    // The verification reports what is wrong with the assertion.
    return undefined;
  }
}

/** Returns the keys that may have signed an assertion with this `kid`. */
export const keysUnder = (kid: string | undefined, keys: readonly JWK[]): readonly JWK[] =>
  keys.filter((key) => kid === undefined || key.kid === undefined || key.kid === kid);
