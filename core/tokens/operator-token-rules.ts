import * as z from 'zod/mini';

/** The verified content of an operator's access token. */
export interface OperatorToken {
  readonly subject: string;
  readonly groups: readonly string[];
}

/** The only algorithm that the operators' user pool signs with. */
export const operatorTokenAlgorithm = 'RS256';

/**
 * The claims of Cognito's access tokens:
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
const claimsSchema = z.object({
  token_use: z.literal('access'),
  client_id: z.string(),
  sub: z.string().check(z.minLength(1), z.maxLength(256)),
  exp: z.number(),
  'cognito:groups': z._default(z.array(z.string()), []),
});

/**
 * Checks the claims of a token of the operators' user pool. It must be an access token that was issued to the
 * operators' application. Cognito's access tokens have no audience, so `client_id` is checked instead.
 * @param claims of a token whose signature, issuer and times are verified
 * @returns undefined for a bad token
 */
export function checkOperatorToken(claims: unknown, clientId: string): OperatorToken | undefined {
  const { success, data } = claimsSchema.safeParse(claims);
  return success && data.client_id === clientId
    ? { subject: data.sub, groups: data['cognito:groups'] }
    : undefined;
}
