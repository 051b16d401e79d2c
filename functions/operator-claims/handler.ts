import * as z from 'zod/mini';

/**
 * Cognito's event before it issues a token, in version 2, which can change access tokens, too:
 * https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
const event = z.looseObject({
  request: z.looseObject({
    userAttributes: z.looseObject({ email: z.optional(z.string()), email_verified: z.optional(z.string()) }),
  }),
});

/**
 * Adds the operator's mailbox to the access token, so that changes can be recorded by it. A mailbox that the user
 * pool has not verified may be anybody's, and is left out.
 */
export const handler = (given: unknown): Promise<object> => {
  const issuing = event.parse(given);
  const { email, email_verified: verified } = issuing.request.userAttributes;
  const claims = email !== undefined && verified === 'true' ? { email } : {};
  return Promise.resolve({
    ...issuing,
    response: {
      claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: claims } },
    },
  });
};
