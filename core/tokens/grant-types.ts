import type { GrantType } from '../contracts/records.ts';

/** The grant type of a request with a refresh token (RFC 6749 §6). It needs the grant that gives refresh tokens. */
export const refreshGrantType = 'refresh_token';

/** Returns the grant types that the token endpoint takes: the grants that are switched on, and what follows them. */
export const offeredGrantTypes = (enabledGrants: readonly GrantType[]): readonly string[] =>
  enabledGrants.includes('authorization_code') ? [...enabledGrants, refreshGrantType] : enabledGrants;
