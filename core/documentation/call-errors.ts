import type { DenyCode } from '../authorization/evaluate.ts';

/** An error that a caller of an API may get, and what to do about it. */
export interface DocumentedError {
  readonly status: number;
  /** The stable code, which is also the anchor of the error in the documentation. */
  readonly code: string;
  /** A clause: what it means. */
  readonly means: string;
  /** An imperative: what the caller does about it. */
  readonly whatToDo: string;
}

type Explanation = Pick<DocumentedError, 'means' | 'whatToDo'>;

/** What the authorizer's codes mean. All of them are 403. */
const denials: Readonly<Record<DenyCode, Explanation>> = {
  insufficient_scope: {
    means:
      'token, client and contract do not all have the scope of this route, or the token is for another product',
    whatToDo: 'get a token with the scope, or have the contract changed',
  },
  address_not_allowed: {
    means: 'the call comes from an address that is not agreed',
    whatToDo: 'call from an agreed address, or have the ranges changed',
  },
  client_inactive: { means: 'the client is not active', whatToDo: "ask the contract's owner" },
  contract_inactive: {
    means: 'the contract is not in force: suspended, over, not begun, or for another environment',
    whatToDo: "ask the contract's owner",
  },
  partner_inactive: { means: 'the partner is not active', whatToDo: "ask the contract's owner" },
  grant_not_allowed: {
    means: 'the contract does not allow the way in which the token was issued',
    whatToDo: 'get a token by a grant of the contract, at the token endpoint',
  },
};

/** Every error of a call that does not come from the backend, by status. */
export const callErrors: readonly DocumentedError[] = [
  {
    status: 401,
    code: 'unauthorized',
    means:
      'there is no token, there are several, or it is not accepted: expired, revoked, forged, for another audience, or of a user who has no access any more; also where the call has more than 200 headers or 8 KB of them',
    whatToDo: 'get a new token, once',
  },
  ...Object.entries(denials).map(([code, explanation]) => ({ status: 403, code, ...explanation })),
  {
    status: 403,
    code: 'client_not_served',
    means: "the client's API key is gone",
    whatToDo: "ask the contract's owner",
  },
  {
    status: 403,
    code: 'request_blocked',
    means: 'the path could be read in two ways, or the address has sent too many calls',
    whatToDo: 'spell the path plainly, or wait',
  },
  {
    status: 400,
    code: 'reserved_header',
    means: 'the call has a header whose name begins with `X-Sallyport`, which only Sallyport sets',
    whatToDo: 'leave the header out',
  },
  {
    status: 405,
    code: 'method_not_allowed',
    means: 'the path is asked by `OPTIONS`',
    whatToDo: 'use one of the methods in `Allow`',
  },
  {
    status: 404,
    code: 'not_found',
    means: 'there is no such route',
    whatToDo: 'use one of the routes in the documentation, which the answer links to',
  },
  {
    status: 413,
    code: 'request_too_large',
    means: 'the body is larger than API Gateway accepts',
    whatToDo: 'send a smaller body',
  },
  {
    status: 429,
    code: 'throttled',
    means: 'more calls at once than the rate plan allows',
    whatToDo: 'wait as `Retry-After` says',
  },
  {
    status: 429,
    code: 'quota_exceeded',
    means: "the plan's quota is used up",
    whatToDo: 'wait for the next period, which `Retry-After` names, or get another plan',
  },
  {
    status: 500,
    code: 'authorizer_failed',
    means: 'the call could not be decided, so it was refused',
    whatToDo: 'retry',
  },
  { status: 502, code: 'upstream_failed', means: 'the backend did not answer', whatToDo: 'retry' },
  {
    status: 504,
    code: 'upstream_timed_out',
    means: 'the backend did not answer in time',
    whatToDo: 'find out first whether the call had an effect',
  },
];
