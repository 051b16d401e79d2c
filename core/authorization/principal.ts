import { parseScopes } from '../tokens/access-token-rules.ts';
import type { AccessToken } from '../tokens/ports.ts';
import type { Issuer } from '../trust/records.ts';
import type { ThirdPartyToken } from '../trust/verification.ts';
import type { AuthorizationRule } from './rules.ts';

/** Whoever a good token speaks for, and what it is good for at most. */
export interface Principal {
  readonly clientId: string;
  /** Absent where the client calls for itself. */
  readonly userId?: string;
  /** Absent: all that the client has. */
  readonly scopes?: readonly string[];
  /** Absent: the whole API. */
  readonly products?: readonly string[];
  /** Of a third party's own token: the partner that its issuer is trusted for. */
  readonly trustedFor?: string;
}

/** A token that is not believed. `why` is a sentence for operators: it repeats nothing of the token. */
export interface UnauthorizedReason {
  readonly rule: AuthorizationRule;
  readonly why: string;
}

const refuse = (rule: AuthorizationRule, why: string): UnauthorizedReason => ({ rule, why });

/** Of a call without a token, or with several, or with one that cannot be taken apart. */
export const malformedToken = refuse(
  'malformed',
  'The call carries no token that is a JWS in compact form, of two JSON objects.',
);

/**
 * Of an access token of Cognito's or our own. Its audience is the whole API, or one product's part of it.
 * @param publicUrl the whole API
 */
export function principalOfAccessToken(
  {
    clientId,
    subject,
    scopes,
    audiences,
  }: Pick<AccessToken, 'clientId' | 'subject' | 'scopes' | 'audiences'>,
  publicUrl: string,
): Principal {
  const prefix = `${publicUrl}/apis/`;
  const whole = audiences === undefined || audiences.includes(publicUrl);
  return {
    clientId,
    scopes,
    ...(subject !== clientId && { userId: subject }),
    ...(!whole && {
      products: audiences.flatMap((audience) =>
        audience.startsWith(prefix) ? [audience.slice(prefix.length)] : [],
      ),
    }),
  };
}

/** JWT-4: of a third party's token that is sent as it is. It acts as its issuer's client, and `scope` can only take away. */
export function principalOfThirdPartyToken(
  { principal, claims: { scope } }: Pick<ThirdPartyToken, 'principal' | 'claims'>,
  issuer: Issuer,
  userIsActive: boolean,
): Principal | UnauthorizedReason {
  if (scope !== undefined && typeof scope !== 'string') return refuse('claims', 'scope must be a text.');
  if (!issuer.uses.includes('bearer')) return refuse('use', "The issuer's tokens are not taken on calls.");
  if (!userIsActive) return refuse('user', "The principal is no active user of the issuer's partner.");
  return {
    clientId: issuer.clientId,
    userId: principal,
    trustedFor: issuer.partnerId,
    ...(scope !== undefined && { scopes: parseScopes(scope) }),
  };
}
