import * as z from 'zod/mini';
import type { StepError } from '../../core/errors.ts';
import { type ErrorRow, errorFrom } from '../http/error-table.ts';
import type { JsonAnswer } from '../http/json-call.ts';
import type { CallName } from '../http/oauth-api.ts';

/**
 * Maps Okta's errors (https://developer.okta.com/docs/reference/error-codes/). The first row that matches
 * applies.
 */
export const oktaErrors: readonly ErrorRow[] = [
  {
    status: 400,
    code: 'E0000001',
    says: /already exists/i,
    meaning: 'the login is taken',
    becomes: 'Conflict',
  },
  { status: 400, code: 'E0000001', meaning: 'validation failed', becomes: 'Rejected' },
  { status: 401, code: 'E0000011', meaning: 'the access token is refused even when new', becomes: 'Defect' },
  {
    status: 401,
    code: 'invalid_client',
    meaning: 'the service app or its key is not known',
    becomes: 'Defect',
  },
  {
    status: 403,
    code: 'E0000006',
    meaning: 'the service app lacks a scope or an admin role',
    becomes: 'Defect',
  },
  { status: 404, code: 'E0000007', meaning: 'no such user or group', becomes: 'NotFound' },
  { status: 404, meaning: 'no such API: the address is wrong', becomes: 'Defect' },
  { status: 429, meaning: 'rate limit', becomes: 'Throttled' },
  {
    status: '4xx',
    meaning: 'any other refusal: of our rights, or of a request that is ours',
    becomes: 'Defect',
  },
  { status: 503, code: 'E0000010', meaning: 'read-only mode: nothing was done', becomes: 'Unavailable' },
  { status: '5xx', meaning: 'failed, perhaps after the effect', becomes: 'outcome-unknown' },
];

/** Okta's API and its token endpoint have different error bodies. The latter follows RFC 6749. */
const errorBody = z.object({
  errorCode: z.optional(z.string()),
  errorSummary: z._default(z.string(), ''),
  errorCauses: z._default(z.array(z.object({ errorSummary: z.string() })), []),
  error: z.optional(z.string()),
});

/** Returns the error of `core/errors.ts` for an error answer of Okta. */
export function oktaError({ service, operation, changes }: CallName, answer: JsonAnswer): StepError {
  const body = errorBody.safeParse(answer.body).data;
  const code = (body?.errorCode ?? body?.error)?.match(/^\w{1,40}$/)?.[0];
  const words =
    body === undefined
      ? ''
      : [body.errorSummary, ...body.errorCauses.map((cause) => cause.errorSummary)].join('\n');
  const detail = ['HTTP', answer.status, code, untilReset(answer)]
    .filter((part) => part !== undefined)
    .join(' ');
  return errorFrom(
    oktaErrors,
    { status: answer.status, ...(code === undefined ? {} : { code }), words },
    { service, operation, detail },
    changes,
  );
}

/**
 * Returns how long a rate limit still holds. It compares the reset time in epoch seconds with the answer's
 * `Date`, since Okta's clock decides and not ours
 * (https://developer.okta.com/docs/reference/rl-best-practices/).
 */
function untilReset({ status, headers }: JsonAnswer): string | undefined {
  const reset = Number(headers.get('x-rate-limit-reset') ?? Number.NaN);
  const date = Date.parse(headers.get('date') ?? '') / 1000;
  const seconds = reset - date + 1;
  return status === 429 && Number.isFinite(seconds)
    ? `resets in ${Math.max(1, Math.ceil(seconds))} s`
    : undefined;
}
