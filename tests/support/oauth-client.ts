import * as oauth from 'oauth4webapi';

/**
 * Returns the URL with https. oauth4webapi supports only https and the twin only http, so TLS ends before the
 * twin.
 */
export const overTls = (url: string): string => url.replace('http:', 'https:');
export const plain = {
  [oauth.customFetch]: (
    url: string,
    { method, headers, body, redirect }: oauth.CustomFetchOptions<string, oauth.ProtectedResourceRequestBody>,
  ): Promise<Response> =>
    fetch(url.replace('https:', 'http:'), { method, headers, redirect, ...(body !== undefined && { body }) }),
};
