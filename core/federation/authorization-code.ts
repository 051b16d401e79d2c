import type { AssuranceLevel } from './session.ts';

/** The lifetime of a code, in seconds. */
export const codeSeconds = 60;

/** What a code stands for (RFC 6749 §4.1.2): one sign-in of one person at one application. */
export interface AuthorizationGrant {
  readonly clientId: string;
  readonly redirectUri: string;
  /** The S256 challenge (RFC 7636 §4.4). */
  readonly codeChallenge: string;
  readonly nonce?: string;
  readonly scopes: readonly string[];
  readonly userId: string;
  readonly sid: string;
  /** ISO 8601. */
  readonly authenticatedAt: string;
  readonly acr: AssuranceLevel;
  /** ISO 8601. */
  readonly expiresAt: string;
}

export interface AuthorizationCodes {
  create(code: string, grant: AuthorizationGrant): Promise<void>;
  find(code: string): Promise<AuthorizationGrant | undefined>;
  /** Uses a code. Returns false if it was used before. */
  use(code: string): Promise<boolean>;
}
