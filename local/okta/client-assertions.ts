import { type CryptoKey, type JWK, errors, importJWK, jwtVerify } from 'jose';
import { secondsAfter } from '../../core/clock.ts';
import type { TwinClock } from '../kernel/clock.ts';

/** An application of the org, which authenticates with its key. */
export interface RegisteredApp {
  readonly clientId: string;
  /** RSA, as a JWK. */
  readonly publicKey: JWK;
}

export type TokenForm = Readonly<Record<string, unknown>>;

const longestAssertion = 3600;

/**
 * The check of `private_key_jwt` (RFC 7523 section 2.2), each assertion good once.
 * @returns for a form and the address of its token endpoint: why it is refused, or nothing
 */
export function createAssertionCheck(app: RegisteredApp, clock: TwinClock): (form: TokenForm, audience: string) => Promise<string | undefined> {
  const spent = new Map<string, Date>();
  let key: Promise<CryptoKey | Uint8Array> | undefined;

  return async (form, audience) => {
    const assertion = form['client_assertion'];
    if (form['client_assertion_type'] !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' || typeof assertion !== 'string') {
      return 'A client_assertion of the type jwt-bearer is required.';
    }
    key ??= importJWK(app.publicKey, 'RS256');
    try {
      const { payload } = await jwtVerify(assertion, await key, {
        algorithms: ['RS256'],
        issuer: app.clientId,
        subject: app.clientId,
        audience,
        requiredClaims: ['exp'],
        currentDate: clock.now(),
      });
      const expires = new Date((payload.exp ?? 0) * 1000);
      if (expires > secondsAfter(clock.now(), longestAssertion)) return 'The client_assertion token has an expiration too far into the future.';
      if (payload.jti === undefined) return undefined;
      for (const [jti, until] of spent) if (until <= clock.now()) spent.delete(jti);
      if (spent.has(payload.jti)) return 'The client_assertion token has already been used.';
      spent.set(payload.jti, expires);
      return undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return `The client_assertion token is invalid (${error.code}).`;
      throw error;
    }
  };
}
