import { secondsAfter } from '../clock.ts';
import { epochSeconds, type MintDependencies } from './mint.ts';
import type { SignInClaims, TokenSigner } from './ports.ts';

/** How long an application may take to read an ID token, in seconds. */
const idTokenSeconds = 15 * 60;

/** Whom an ID token is about, and for which application. */
export interface IdTokenContent extends SignInClaims {
  readonly clientId: string;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  /** The application's own, which it compares. */
  readonly nonce?: string;
}

/**
 * Signs an ID token (OpenID Connect Core 1.0 §2). Its `typ` is `JWT` and its audience the application, so it passes
 * for no access token.
 */
export function signIdToken(
  {
    idTokenSigner,
    issuer,
    clock,
  }: Pick<MintDependencies, 'issuer' | 'clock'> & { readonly idTokenSigner: TokenSigner },
  { clientId, userId, email, name, nonce, sid, authenticatedAt, acr, partnerId }: IdTokenContent,
): Promise<string> {
  const now = clock.now();
  return idTokenSigner.sign({
    iss: issuer,
    sub: userId,
    aud: clientId,
    iat: epochSeconds(now),
    exp: epochSeconds(secondsAfter(now, idTokenSeconds)),
    auth_time: epochSeconds(authenticatedAt),
    ...(nonce !== undefined && { nonce }),
    sid,
    acr,
    partner_id: partnerId,
    email,
    email_verified: true,
    name,
  });
}
