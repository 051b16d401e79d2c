import { brandedPolicy, contentSecurityPolicy, type Look } from '../pages/page.ts';
import type { HttpResponse } from './http-lambda.ts';

/** The headers of every response to a link or a token. They keep its address from other sites. */
export const guarded = { 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' };

/**
 * Builds the response for a page. It is never cached, tells no other site its address, and runs no foreign
 * code.
 * @param look the look that the page was built with, if it is one of a brand's
 * @param formTargets where the forms of such a page may lead, besides the page itself
 */
export function pageResponse(status: number, body: string, look?: Look, formTargets?: string): HttpResponse {
  return {
    status,
    body,
    headers: {
      ...guarded,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        look === undefined ? contentSecurityPolicy : brandedPolicy(look, formTargets),
    },
  };
}
