import type { AuthenticationRequest } from '../applications/authentication-request.ts';

/** The lifetime of an attempt to sign in, in seconds. */
export const attemptSeconds = 30 * 60;

/** An attempt to sign in: it begins at an application and comes back from an identity provider. */
export interface SignInAttempt {
  readonly request: AuthenticationRequest;
  /** The SHA-256 of the cookie of the browser that began it. No other browser can go on with it. */
  readonly browserHash: string;
  /** `begun` here, `sent` to the provider, and `returned` from it. It returns once. */
  readonly stage: 'begun' | 'sent' | 'returned';
  /** ISO 8601. */
  readonly expiresAt: string;
  /** What was sent to the provider. Present from `sent` on. */
  readonly leg?: ProviderLeg;
}

/** One trip to an identity provider. */
export interface ProviderLeg {
  readonly providerId: string;
  readonly nonce: string;
  /** RFC 7636 §4.1 */
  readonly codeVerifier: string;
}

/** The attempts, by their `state`. */
export interface Attempts {
  create(state: string, attempt: SignInAttempt): Promise<void>;
  find(state: string): Promise<SignInAttempt | undefined>;
  /** Records a trip to a provider. Returns false if the attempt has returned from one. */
  send(state: string, leg: ProviderLeg): Promise<boolean>;
  /** Records the return. Returns false if it has returned before. */
  return(state: string): Promise<boolean>;
}
