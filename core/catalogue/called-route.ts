import type { Route } from './route.ts';

/**
 * The route that API Gateway finds for a call: of the right method and length, and from segment to segment a
 * literal before a parameter.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
 * @param path as it was called, without its query
 */
export function calledRoute(routes: readonly Route[], method: string, path: string): Route | undefined {
  const segments = path.split('/');
  const fitting = routes.filter((route) => {
    const pattern = route.path.split('/');
    return (
      route.method === method &&
      pattern.length === segments.length &&
      pattern.every((expected, at) =>
        isParameter(expected) ? segments[at] !== '' : expected === segments[at],
      )
    );
  });
  return fitting.toSorted((one, other) => parametersIn(one).localeCompare(parametersIn(other))).at(0);
}

const isParameter = (segment: string): boolean => segment.startsWith('{');

/** Sorts `/a/b` before `/a/{x}` before `/{x}/b`. */
const parametersIn = ({ path }: Route): string =>
  path
    .split('/')
    .map((segment) => (isParameter(segment) ? '1' : '0'))
    .join('');
