import * as oauth from 'oauth4webapi';

/** oauth4webapi speaks to https only, the twin http, so TLS ends on the way out. */
export const overTls = (url: string): string => url.replace('http:', 'https:');
export const plain = {
  [oauth.customFetch]: (
    url: string,
    { method, headers, body, redirect }: oauth.CustomFetchOptions<string, oauth.ProtectedResourceRequestBody>,
  ): Promise<Response> =>
    fetch(url.replace('https:', 'http:'), { method, headers, redirect, ...(body !== undefined && { body }) }),
};
