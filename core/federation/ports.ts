import type { IdentityProvider } from './identity-provider.ts';
import type { PersonClaims } from './person.ts';

/** The ports of federation: what it needs from partners' identity providers and from the store. */

/** Where a browser is sent to sign in, and what makes the answer its own. */
export interface ProviderRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** How long ago the person may have signed in at the provider, in seconds. Absent, it does not matter. */
  readonly maxAge?: number;
  /** What the provider is to ask the person, whatever session there is. */
  readonly prompt?: 'login' | 'select_account';
  /** The e-mail address that the person typed. */
  readonly loginHint?: string;
}

/** Speaks OpenID Connect with partners' identity providers. */
export interface OpenIdClient {
  /** Returns the address that the browser is sent to (OpenID Connect Core 1.0 §3.1.2.1). */
  authorizationUrl(provider: IdentityProvider, request: ProviderRequest): Promise<string>;
  /**
   * Redeems the code of an answer and returns the claims of the verified ID token. If it has no e-mail address, the
   * UserInfo endpoint is asked for it, where the provider has one (OpenID Connect Core 1.0 §5.3).
   * @throws {SignInRefused} naming the check
   */
  redeem(provider: IdentityProvider, sent: ProviderRequest, answer: URLSearchParams): Promise<PersonClaims>;
}

/** Finds the identity provider that may vouch for the addresses of a domain. */
export type FindProviderOfDomain = (domain: string) => Promise<string | undefined>;

/** Seals the secrets that partners give us, so that only the function that signs people in can open them. */
export interface SecretSealer {
  /** @param owner the id of the record that the secret stands in; it opens nowhere else */
  seal(owner: string, secret: string): Promise<string>;
}

/** Opens the secrets that {@link SecretSealer} has sealed. */
export interface SecretOpener {
  open(owner: string, sealed: string): Promise<string>;
}
