/**
 * The methods that each path takes, unless an API with operations of its own serves it. API Gateway hands a
 * function every method of its paths.
 */
const methodsByPath: ReadonlyMap<string, readonly string[]> = new Map([
  ['/', ['GET', 'HEAD']],
  ['/.well-known/jwks.json', ['GET', 'HEAD']],
  ['/.well-known/oauth-authorization-server', ['GET', 'HEAD']],
  ['/.well-known/openid-configuration', ['GET', 'HEAD']],
  ['/credentials/{token}', ['GET', 'HEAD', 'POST']],
  ['/docs', ['GET', 'HEAD']],
  ['/docs/{product}', ['GET', 'HEAD']],
  ['/login', ['GET', 'HEAD', 'POST']],
  // These begin or end something, which nobody who only looks should do.
  ['/login/callback/{providerId}', ['GET']],
  ['/logout', ['GET', 'HEAD', 'POST']],
  ['/oauth2/authorize', ['GET', 'POST']],
  ['/oauth2/check', ['POST']],
  ['/oauth2/introspect', ['POST']],
  ['/oauth2/logout', ['GET', 'POST']],
  ['/oauth2/revoke', ['POST']],
  ['/oauth2/token', ['POST']],
  // Nobody should post to it. Who does keeps no token in the address bar, and is shown the same page. It does not
  // take HEAD, because a scanner would use up the token in the address.
  ['/session', ['GET', 'POST']],
  ['/webhooks/okta', ['GET', 'HEAD', 'POST']],
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

/**
 * Returns the methods that a path takes: those that are served, and HEAD where GET is, because it is answered as
 * GET is (RFC 9110 §9.3.2).
 */
export const withHead = (methods: readonly string[]): readonly string[] =>
  methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
