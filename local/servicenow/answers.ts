import type { FaultAnswers } from '../kernel/faults.ts';

/** Returns an error in the Table API's format. */
export function tableError(
  status: number,
  message: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ error: { message, detail }, status: 'failure' }, { status, headers });
}

export const noRecord = (): Response =>
  tableError(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval");

export const notAuthenticated = (): Response =>
  tableError(401, 'User Not Authenticated', 'Required to provide Auth information', {
    'www-authenticate': 'BASIC realm="Service-now"',
  });

export const faultAnswers: FaultAnswers = {
  unavailable: () => tableError(503, 'Service Unavailable', 'The instance cannot process the request now'),
  throttled: () =>
    tableError(429, 'Rate limit exceeded', 'Wait before the next request', { 'retry-after': '60' }),
  rejected: () =>
    tableError(403, 'Operation Failed', 'ACL Exception: the operation failed due to security constraints'),
};
