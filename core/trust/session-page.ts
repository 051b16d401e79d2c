/**
 * Whether a browser may be sent there after `GET /session`: a page below our own address, where the session's cookie
 * is seen and where nobody else can be. It is spelt as a browser reads it and has no query, so that nothing in it can
 * lead elsewhere.
 */
export function isSessionPage(page: string, publicUrl: string): boolean {
  return URL.parse(page)?.href === page && page.startsWith(`${publicUrl}/`) && !/[?#]/u.test(page);
}
