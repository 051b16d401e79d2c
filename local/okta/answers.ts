import { randomBytes } from 'node:crypto';
import type { FaultAnswers } from '../kernel/faults.ts';

/** Returns an error in the format of Okta's API (https://developer.okta.com/docs/reference/error-codes/). */
export function oktaFailure(
  status: number,
  code: string,
  summary: string,
  causes: readonly string[] = [],
): Response {
  return Response.json(
    {
      errorCode: code,
      errorSummary: summary,
      errorLink: code,
      errorId: `oae${randomBytes(12).toString('hex')}`,
      errorCauses: causes.map((errorSummary) => ({ errorSummary })),
    },
    { status },
  );
}

export const notFound = (what: string): Response =>
  oktaFailure(404, 'E0000007', `Not found: Resource not found: ${what}`);
export const notAllowed = (): Response =>
  oktaFailure(403, 'E0000006', 'You do not have permission to perform the requested action');
export const tooMany = (): Response =>
  oktaFailure(429, 'E0000047', 'API call exceeded rate limit due to too many requests.');

/** Returns a validation error. Each cause starts with the attribute's name. */
export const invalid = (attribute: string, ...causes: readonly string[]): Response =>
  oktaFailure(
    400,
    'E0000001',
    `Api validation failed: ${attribute}`,
    causes.map((cause) => `${attribute}: ${cause}`),
  );

export const faultAnswers: FaultAnswers = {
  unavailable: () => oktaFailure(500, 'E0000009', 'Internal Server Error'),
  throttled: tooMany,
  rejected: notAllowed,
};

/** Returns a token endpoint's error (RFC 6749 section 5.2). */
export const oauthError = (status: 400 | 401, error: string, description: string): Response =>
  Response.json({ error, error_description: description }, { status });
