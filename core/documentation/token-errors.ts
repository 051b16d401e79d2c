import type { OAuthErrorCode } from '../tokens/oauth-error.ts';
import type { DocumentedError } from './call-errors.ts';

type Explanation = Omit<DocumentedError, 'code'>;

/** What the errors of RFC 6749 and RFC 8693 mean at the token endpoint. */
const refusals: Readonly<Record<OAuthErrorCode, Explanation>> = {
  invalid_request: {
    status: 400,
    means: 'a parameter is missing, repeated or malformed; `error_description` says which',
    whatToDo: 'correct the request; sending it again does not help',
  },
  invalid_client: {
    status: 401,
    means: 'the client is unknown, or its secret or its assertion is wrong',
    whatToDo:
      'compare client ID and secret with those you picked up; send an assertion to `/oauth2/check`, which names the rule that it breaks',
  },
  invalid_grant: {
    status: 400,
    means: 'the assertion, the token or the login that was sent is not accepted',
    whatToDo: 'get a new one; send an assertion to `/oauth2/check`, which names the rule that it breaks',
  },
  unauthorized_client: {
    status: 400,
    means: 'client, contract or partner is not in force, or the contract does not have this grant',
    whatToDo: "ask the contract's owner",
  },
  unsupported_grant_type: {
    status: 400,
    means: 'this grant is not switched on here',
    whatToDo: 'use a grant that the metadata lists',
  },
  invalid_scope: {
    status: 400,
    means: 'a scope is malformed, or not one of the client and its contract',
    whatToDo: 'ask for scopes that you were given, separated by single spaces',
  },
  invalid_target: {
    status: 400,
    means: 'the audience or resource that was asked for is not one of the token',
    whatToDo: 'ask for one that the error description lists',
  },
};

/** Every error of the token endpoint. */
export const tokenErrors: readonly DocumentedError[] = [
  ...Object.entries(refusals).map(([code, explanation]) => ({ code, ...explanation })),
  {
    status: 503,
    code: 'temporarily_unavailable',
    means: 'a service that is needed for this does not answer',
    whatToDo: 'wait as `Retry-After` says, then send it again',
  },
  {
    status: 500,
    code: 'server_error',
    means: 'something went wrong on our side',
    whatToDo: 'try again later, then ask the support',
  },
];
