import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { ClientAuthentication } from '../http/client-authentication.ts';
import type { AssertionSigner } from './assertion-signer.ts';

/** An application of the Okta org that authenticates by signed assertions. */
export interface OktaApp {
  readonly orgUrl: string;
  readonly clientId: string;
  readonly signer: AssertionSigner;
  readonly clock: Clock;
}

/** Okta allows an hour. A minute is enough for one request and differences between the clocks. */
const assertionSeconds = 60;

/**
 * Creates a function that authenticates the application in a token request by `private_key_jwt` (RFC 7523
 * section 2.2, https://developer.okta.com/docs/api/openapi/okta-oauth/guides/client-auth/). Each assertion
 * can be used once.
 * @param audience the address of the token endpoint
 */
export function createClientAssertion(
  { clientId, signer, clock }: OktaApp,
  audience: string,
): () => Promise<ClientAuthentication> {
  return async () => {
    const now = Math.floor(clock.now().getTime() / 1000);
    const { jws, reload } = await signer.sign({
      iss: clientId,
      sub: clientId,
      aud: audience,
      jti: randomUUID(),
      iat: now,
      exp: now + assertionSeconds,
    });
    return {
      fields: {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: jws,
      },
      reload,
    };
  };
}
