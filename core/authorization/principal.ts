import type { AccessToken } from '../tokens/ports.ts';
import { partiesOf, type TokenParties } from '../tokens/standing.ts';
import type { Issuer } from '../trust/records.ts';
import type { ThirdPartyToken } from '../trust/verification.ts';
import { isMeantFor } from '../trust/token-use.ts';
import type { AuthorizationRule } from './rules.ts';

/**
 * The client or user that a verified token speaks for, everybody whom the token depends on, and the limits that
 * the token sets.
 */
export interface Principal extends TokenParties {
  /** If absent, the token does not limit the client's scopes. */
  readonly scopes?: readonly string[];
  /** If absent, the token is meant for the whole API. */
  readonly products?: readonly string[];
}

/** Why a token was refused. `why` is a sentence for operators. It repeats nothing of the token. */
export interface UnauthorizedReason {
  readonly rule: AuthorizationRule;
  readonly why: string;
}

const refuse = (rule: AuthorizationRule, why: string): UnauthorizedReason => ({ rule, why });

/** The reason for a call with no token, with several tokens, or with one that cannot be decoded. */
export const malformedToken = refuse(
  'malformed',
  'The call carries no token that is a JWS in compact form, of two JSON objects.',
);

/**
 * Returns the principal of an access token of the pool's or our own. Its audience is the whole API, or one
 * product's part of it.
 * @param publicUrl the audience that stands for the whole API
 */
export function principalOfAccessToken(
  token: Pick<AccessToken, 'scopes'> & Parameters<typeof partiesOf>[0],
  publicUrl: string,
): Principal {
  const { scopes, audiences } = token;
  const prefix = `${publicUrl}/apis/`;
  const isForWholeApi = audiences === undefined || audiences.includes(publicUrl);
  return {
    ...partiesOf(token),
    scopes,
    ...(!isForWholeApi && {
      products: audiences.flatMap((audience) =>
        audience.startsWith(prefix) ? [audience.slice(prefix.length)] : [],
      ),
    }),
  };
}

/**
 * Returns the principal of a third party's token that is sent as it is on a call (JWT-4). It acts as its
 * issuer's client. Its scopes can only reduce the client's.
 * @param publicUrl our own address, which the audience of logins is derived from
 */
export function principalOfThirdPartyToken(
  { principal, audience, limits: { scopes } }: Pick<ThirdPartyToken, 'principal' | 'audience' | 'limits'>,
  issuer: Issuer,
  publicUrl: string,
): Principal | UnauthorizedReason {
  if (!issuer.uses.includes('bearer')) return refuse('use', "The issuer's tokens are not taken on calls.");
  if (!isMeantFor('bearer', issuer, audience, publicUrl)) {
    return refuse('use', 'The token is for a login by a link, and not for calls.');
  }
  return {
    clientId: issuer.clientId,
    userId: principal,
    earlierClientIds: [],
    trustedFor: issuer.partnerId,
    ...(scopes !== undefined && { scopes }),
  };
}
