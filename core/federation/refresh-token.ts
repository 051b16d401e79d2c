import type { AuthorizationGrant } from './authorization-code.ts';

/** The scope by which an application asks for a refresh token (OpenID Connect Core 1.0 §11). */
export const offlineAccess = 'offline_access';

/** What a refresh token stands for (RFC 6749 §1.5): the sign-in of a person at an application. */
export type RefreshGrant = Omit<AuthorizationGrant, 'redirectUri' | 'codeChallenge' | 'nonce'>;

/**
 * The refresh tokens. Each use replaces a token by its successor, and all successors of a token are one record.
 * So there is one write for each use, and nothing is left half done if it fails.
 */
export interface RefreshTokens {
  /** Stores the first token of a sign-in at an application. */
  create(token: string, grant: RefreshGrant): Promise<void>;
  /** Returns the grant of a token or of a token whose successor it is. */
  find(token: string): Promise<RefreshGrant | undefined>;
  /**
   * Replaces a token by `successor`, which becomes the newest one. Only two tokens can be replaced: the newest
   * one, and the one that was replaced by it. Returns false for every other token.
   */
  replace(token: string, successor: string): Promise<boolean>;
}

/** Returns a token that begins a new record. */
export const firstRefreshToken = (newSecret: () => string): string => `${newSecret()}.${newSecret()}`;

/** Returns the next token of the same record. */
export const successorOf = (token: string, newSecret: () => string): string =>
  `${recordIdOf(token)}.${newSecret()}`;

/** Returns the part of a token that its successors keep. */
export const recordIdOf = (token: string): string => token.split('.', 1)[0] ?? '';

/** Tells whether a text has the form of a refresh token. No other token has it. */
export const isRefreshToken = (text: string): boolean => /^[\w-]{43}\.[\w-]{43}$/u.test(text);
