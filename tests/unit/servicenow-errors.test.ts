import { describe, expect, it } from 'vitest';
import { serviceNowError } from '../../adapters/servicenow/errors.ts';

const said = (status: number, body: unknown, { changes = true, headers = {} } = {}): string => {
  const error = serviceNowError(
    { service: 'servicenow', operation: 'UpdateRecord', changes },
    { ok: false, status, headers: new Headers(headers), body },
  );
  return `${error.name}: ${error.message}`;
};
const worded = { error: { message: 'Operation Failed', detail: 'about RITM0010001' }, status: 'failure' };

describe("ServiceNow's errors", () => {
  it.each([
    [400, worded, 'Defect: servicenow UpdateRecord: HTTP 400'],
    [401, worded, 'Defect: servicenow UpdateRecord: HTTP 401'],
    [
      401,
      { error: 'server_error', error_description: 'access_denied' },
      'Defect: servicenow UpdateRecord: HTTP 401 server_error',
    ],
    [403, worded, 'Defect: servicenow UpdateRecord: HTTP 403'],
    [404, worded, 'NotFound: servicenow UpdateRecord: HTTP 404'],
    [405, worded, 'Defect: servicenow UpdateRecord: HTTP 405'],
    [409, worded, 'Conflict: servicenow UpdateRecord: HTTP 409'],
    [429, worded, 'Throttled: servicenow UpdateRecord: HTTP 429'],
    [500, worded, 'OutcomeUnknown: servicenow UpdateRecord: HTTP 500'],
    [503, undefined, 'OutcomeUnknown: servicenow UpdateRecord: HTTP 503'],
  ])('%i %j', (status, body, expected) => expect(said(status, body)).toBe(expected));

  it('are Unavailable where a failed call changed nothing', () => {
    expect(said(503, worded, { changes: false })).toBe('Unavailable: servicenow UpdateRecord: HTTP 503');
  });

  it('say how long a rate limit holds', () => {
    expect(said(429, worded, { headers: { 'retry-after': '60' } })).toBe(
      'Throttled: servicenow UpdateRecord: HTTP 429 retry after 60 s',
    );
    expect(said(429, worded, { headers: { 'retry-after': 'see RITM0010001' } })).toBe(
      'Throttled: servicenow UpdateRecord: HTTP 429',
    );
  });
});
