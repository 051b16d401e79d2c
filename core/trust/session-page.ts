/**
 * Tells whether a browser may be sent to a page after `GET /session`. It must be a page below our own
 * address, because only there the session's cookie is sent, and nobody else controls that address. The
 * address must be in the normal form that browsers use, and must have no query, so that no part of it can
 * lead elsewhere.
 */
export function isSessionPage(page: string, publicUrl: string): boolean {
  return URL.parse(page)?.href === page && page.startsWith(`${publicUrl}/`) && !/[?#]/u.test(page);
}
