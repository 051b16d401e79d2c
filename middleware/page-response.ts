import { contentSecurityPolicy } from '../core/credentials/pages.ts';
import type { HttpResponse } from './http-lambda.ts';

/** Of everything that a link or a token leads to: it tells no other site where it came from. */
export const guarded = { 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' };

/** A page as it may be shown: kept by nobody, telling no other site where it came from, running nothing foreign. */
export function pageResponse(status: number, body: string): HttpResponse {
  return {
    status,
    body,
    headers: {
      ...guarded,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': contentSecurityPolicy,
    },
  };
}
