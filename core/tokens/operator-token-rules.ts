import * as z from 'zod/mini';
import { mailboxOf } from '../mailbox.ts';
import { clockSkewSeconds } from '../trust/verification.ts';
import { longestAccessTokenLife } from './access-token-rules.ts';

/** The verified content of an operator's access token. */
export interface OperatorToken {
  readonly subject: string;
  readonly groups: readonly string[];
  /** The operator's verified mailbox. Undefined if the user pool has verified none. */
  readonly mailbox: string | undefined;
}

/** The only algorithm that the operators' user pool signs with. */
export const operatorTokenAlgorithm = 'RS256';

/** The claims of the user pool's access tokens. Operators' groups are in a claim that its vendor names. */
const claimsSchema = z.looseObject({
  token_use: z.literal('access'),
  client_id: z.string(),
  sub: z.string().check(z.minLength(1), z.maxLength(256)),
  exp: z.number(),
  iat: z.number(),
  /** The function `operator-claims` adds it, and only if the user pool has verified it. */
  email: z.optional(z.string()),
});
const groupsSchema = z._default(z.array(z.string()), []);

/**
 * Checks the claims of a token of the operators' user pool. It must be an access token that was issued to the
 * operators' application. The pool's access tokens have no audience, so `client_id` is checked instead.
 * It lives no longer than {@link longestAccessTokenLife}.
 * @param claims of a token whose signature, issuer and expiry are verified
 * @returns undefined for a bad token
 */
export function checkOperatorToken(
  claims: unknown,
  {
    clientId,
    groupsClaim,
    now,
  }: {
    readonly clientId: string;
    /** The claim that lists the operator's groups. */
    readonly groupsClaim: string;
    readonly now: Date;
  },
): OperatorToken | undefined {
  const token = claimsSchema.safeParse(claims).data;
  if (token?.client_id !== clientId) return undefined;
  const isIssued = token.iat <= now.getTime() / 1000 + clockSkewSeconds;
  if (!isIssued || token.exp - token.iat > longestAccessTokenLife) return undefined;
  const groups = groupsSchema.safeParse(token[groupsClaim]).data;
  if (groups === undefined) return undefined;
  return { subject: token.sub, groups, mailbox: mailboxOf(token.email ?? '')?.toLowerCase() };
}
