import { describe, expect, it } from 'vitest';
import { oktaError, oktaErrors } from '../../adapters/okta/errors.ts';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  ok: false,
  status,
  headers: new Headers(headers),
  body,
});
const change = { service: 'okta', operation: 'CreateUser', changes: true };
const read = { service: 'okta', operation: 'GetUser', changes: false };
const said = (call: typeof change, given: ReturnType<typeof answer>): string => {
  const error = oktaError(call, given);
  return `${error.name}: ${error.message}`;
};

describe("Okta's errors", () => {
  it.each([
    [
      400,
      {
        errorCode: 'E0000001',
        errorSummary: 'Api validation failed: login',
        errorCauses: [
          { errorSummary: 'login: An object with this field already exists in the current organization' },
        ],
      },
      'Conflict: okta CreateUser: HTTP 400 E0000001',
    ],
    [
      400,
      {
        errorCode: 'E0000001',
        errorSummary: 'Api validation failed: email',
        errorCauses: [{ errorSummary: 'email: Does not match required pattern' }],
      },
      'Rejected: okta CreateUser: HTTP 400 E0000001',
    ],
    [
      400,
      { errorCode: 'E0000003', errorSummary: 'The request body was not well-formed.' },
      'Defect: okta CreateUser: HTTP 400 E0000003',
    ],
    [
      400,
      { error: 'invalid_scope', error_description: 'already exists' },
      'Defect: okta CreateUser: HTTP 400 invalid_scope',
    ],
    [
      401,
      { errorCode: 'E0000011', errorSummary: 'Invalid token provided' },
      'Defect: okta CreateUser: HTTP 401 E0000011',
    ],
    [
      401,
      { error: 'invalid_client', error_description: 'The client_assertion …' },
      'Defect: okta CreateUser: HTTP 401 invalid_client',
    ],
    [
      403,
      { errorCode: 'E0000006', errorSummary: 'You do not have permission' },
      'Defect: okta CreateUser: HTTP 403 E0000006',
    ],
    [
      404,
      { errorCode: 'E0000007', errorSummary: 'Not found: dana.li' },
      'NotFound: okta CreateUser: HTTP 404 E0000007',
    ],
    [
      404,
      { errorCode: 'E0000008', errorSummary: 'The requested path was not found' },
      'Defect: okta CreateUser: HTTP 404 E0000008',
    ],
    [404, undefined, 'Defect: okta CreateUser: HTTP 404'],
    [429, { errorCode: 'E0000047' }, 'Throttled: okta CreateUser: HTTP 429 E0000047'],
    [418, undefined, 'Defect: okta CreateUser: HTTP 418'],
    [500, { errorCode: 'E0000009' }, 'OutcomeUnknown: okta CreateUser: HTTP 500 E0000009'],
    [502, undefined, 'OutcomeUnknown: okta CreateUser: HTTP 502'],
    [503, { errorCode: 'E0000010' }, 'Unavailable: okta CreateUser: HTTP 503 E0000010'],
    [304, undefined, 'OutcomeUnknown: okta CreateUser: HTTP 304'],
  ])('%i %j', (status, body, expected) => expect(said(change, answer(status, body))).toBe(expected));

  it('are Unavailable where a failed call changed nothing', () => {
    expect(said(read, answer(500, { errorCode: 'E0000009' }))).toBe(
      'Unavailable: okta GetUser: HTTP 500 E0000009',
    );
  });

  it("say how long a rate limit holds, by Okta's own clock and a second more", () => {
    const headers = {
      date: 'Fri, 20 Nov 2026 10:00:00 GMT',
      'x-rate-limit-reset': String(Date.parse('2026-11-20T10:00:42Z') / 1000),
    };
    expect(said(change, answer(429, { errorCode: 'E0000047' }, headers))).toBe(
      'Throttled: okta CreateUser: HTTP 429 E0000047 resets in 43 s',
    );
    expect(said(change, answer(403, { errorCode: 'E0000006' }, headers))).toBe(
      'Defect: okta CreateUser: HTTP 403 E0000006',
    );
  });

  it('never repeat what Okta said', () => {
    const body = {
      errorCode: 'dana.li@acme.example is <taken>',
      errorSummary: 'dana.li',
      errorCauses: [{ errorSummary: 'dana.li' }],
    };
    expect(said(change, answer(400, body))).toBe('Defect: okta CreateUser: HTTP 400');
  });

  it('have a table whose every row can be reached', () => {
    const reached = oktaErrors.map((row) =>
      oktaErrors.find(
        (earlier) =>
          (earlier.status === row.status || earlier.status === `${String(row.status).slice(0, 1)}xx`) &&
          (earlier.code === undefined || earlier.code === row.code) &&
          (earlier.says === undefined || earlier.says === row.says),
      ),
    );
    expect(reached).toEqual(oktaErrors);
  });
});
