/**
 * The methods that each path takes, unless an API with operations of its own serves it. API Gateway hands a
 * function every method of its paths.
 */
const methodsByPath: ReadonlyMap<string, readonly string[]> = new Map([
  ['/', ['GET']],
  ['/.well-known/jwks.json', ['GET']],
  ['/.well-known/oauth-authorization-server', ['GET']],
  ['/.well-known/openid-configuration', ['GET']],
  ['/credentials/{token}', ['GET', 'POST']],
  ['/docs', ['GET']],
  ['/docs/{product}', ['GET']],
  ['/login', ['GET', 'POST']],
  ['/login/callback/{providerId}', ['GET']],
  ['/oauth2/authorize', ['GET', 'POST']],
  ['/oauth2/check', ['POST']],
  ['/oauth2/introspect', ['POST']],
  ['/oauth2/revoke', ['POST']],
  ['/oauth2/token', ['POST']],
  // Nobody should post to it. Who does keeps no token in the address bar, and is shown the same page.
  ['/session', ['GET', 'POST']],
  ['/webhooks/okta', ['GET', 'POST']],
  ['/webhooks/servicenow', ['POST']],
]);

/** The paths of the table. */
export const pathsWithMethods: readonly string[] = [...methodsByPath.keys()];

/**
 * Returns the value of `Allow` (RFC 9110 §10.2.1) if the path does not take the method, and undefined if it
 * does or is not in the table.
 */
export function refusedMethodAllows(resource: string, method: string): string | undefined {
  const methods = methodsByPath.get(resource);
  return methods === undefined || methods.includes(method) ? undefined : methods.join(', ');
}
