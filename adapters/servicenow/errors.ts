import * as z from 'zod/mini';
import type { StepError } from '../../core/errors.ts';
import { type ErrorRow, errorFrom } from '../http/error-table.ts';
import type { JsonAnswer } from '../http/json-call.ts';
import type { CallName } from '../http/oauth-api.ts';

/**
 * Maps ServiceNow's errors by status, because the Table API has no error codes. The first row that matches
 * applies.
 */
export const serviceNowErrors: readonly ErrorRow[] = [
  { status: 401, meaning: 'the client or its token is refused', becomes: 'Defect' },
  { status: 403, meaning: 'an access rule, business rule or data policy forbids it', becomes: 'Defect' },
  { status: 404, meaning: 'no such record, or none that we may see', becomes: 'NotFound' },
  { status: 409, meaning: 'another record is in the way', becomes: 'Conflict' },
  { status: 429, meaning: 'rate limit', becomes: 'Throttled' },
  { status: '4xx', meaning: 'any other refusal: the request is ours', becomes: 'Defect' },
  { status: '5xx', meaning: 'failed, perhaps after the effect', becomes: 'outcome-unknown' },
];

/** The error of the token endpoint (RFC 6749 section 5.2). The Table API has an object in its place. */
const tokenErrorBody = z.object({ error: z.string().check(z.regex(/^\w{1,40}$/)) });

/** Returns the error of `core/errors.ts` for an error answer of ServiceNow. */
export function serviceNowError(
  { service, operation, changes }: CallName,
  { status, headers, body }: JsonAnswer,
): StepError {
  const code = tokenErrorBody.safeParse(body).data?.error;
  const detail = ['HTTP', status, code, retryAfter(headers)].filter((part) => part !== undefined).join(' ');
  return errorFrom(serviceNowErrors, { status, words: '' }, { service, operation, detail }, changes);
}

/**
 * Describes how long the rate limit holds:
 * https://www.servicenow.com/docs/r/api-reference/rest-api-explorer/inbound-REST-API-rate-limiting.html
 */
function retryAfter(headers: Headers): string | undefined {
  const seconds = headers.get('retry-after')?.match(/^\d{1,6}$/)?.[0];
  return seconds === undefined ? undefined : `retry after ${seconds} s`;
}
