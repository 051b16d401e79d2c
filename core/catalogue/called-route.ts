import type { Route } from './route.ts';

/**
 * Finds the route that API Gateway matches to a call: one of the same method and number of segments. In each
 * segment, a literal takes precedence over a parameter.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
 * @param path the path of the call, without its query
 */
export function calledRoute(routes: readonly Route[], method: string, path: string): Route | undefined {
  const segments = path.split('/');
  const matches = routes.filter((route) => {
    const pattern = route.path.split('/');
    return (
      route.method === method &&
      pattern.length === segments.length &&
      pattern.every((expected, index) =>
        isParameter(expected) ? segments[index] !== '' : expected === segments[index],
      )
    );
  });
  return matches.toSorted((one, other) => specificityKey(one).localeCompare(specificityKey(other))).at(0);
}

const isParameter = (segment: string): boolean => segment.startsWith('{');

/** Returns a sort key that puts `/a/b` before `/a/{x}`, and `/a/{x}` before `/{x}/b`. */
const specificityKey = ({ path }: Route): string =>
  path
    .split('/')
    .map((segment) => (isParameter(segment) ? '1' : '0'))
    .join('');
