import type { Route } from './route.ts';

/**
 * Routes as IAM sees them. A policy has one wildcard for a path parameter, `*`, and it stands for any text,
 * slashes included: `GET/reports/*` also means `GET/reports/7/pages`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
 */

/** `GET/reports/*` for `GET /reports/{id}`. */
export function patternOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return method + path.replaceAll(/\{[^/]*\}/g, '*');
}

/** Whether every text that `inner` matches is matched by `outer` too. A text without `*` matches itself only. */
export function covers(outer: string, inner: string): boolean {
  const [head = '', ...others] = outer.split('*');
  const tail = others.pop();
  if (tail === undefined) return outer === inner;
  if (!inner.startsWith(head)) return false;
  let end = head.length;
  for (const piece of others) {
    const start = inner.indexOf(piece, end);
    if (start === -1) return false;
    end = start + piece.length;
  }
  return inner.length - tail.length >= end && inner.endsWith(tail);
}

/** Whether there is a text that both match. */
export function overlaps(one: string, other: string): boolean {
  if (!one.includes('*')) return covers(other, one);
  if (!other.includes('*')) return covers(one, other);
  // What stands between the first and the last wildcard never matters: each one's wildcards take in the other's middle.
  const [head, tail] = fixedEnds(one);
  const [otherHead, otherTail] = fixedEnds(other);
  return (
    (head.startsWith(otherHead) || otherHead.startsWith(head)) &&
    (tail.endsWith(otherTail) || otherTail.endsWith(tail))
  );
}

function fixedEnds(pattern: string): [head: string, tail: string] {
  return [pattern.slice(0, pattern.indexOf('*')), pattern.slice(pattern.lastIndexOf('*') + 1)];
}

/**
 * Groups of routes whose scopes no policy could tell apart, given that it allows patterns and that its denials
 * win over its allowances. For each pair of one method that overlaps one way or the other:
 * - neither covers the other: what both match can be neither allowed nor denied for one of them alone;
 * - a route inside a wider one, of another scope, has to be deniable on its own: nothing of a third scope, or
 *   of the wider one's again, may lie inside it.
 */
export function inseparable(routes: readonly Route[]): readonly (readonly Route[])[] {
  const patterned = routes.map((route) => ({ route, pattern: patternOf(route) }));
  return patterned.flatMap(({ route, pattern }, index) => {
    const others = patterned.filter(
      (other) => other.pattern !== pattern && other.route.scope !== route.scope,
    );
    const wider = others.filter((other) => covers(other.pattern, pattern));
    const narrower = others.filter((other) => covers(pattern, other.pattern));
    const across = others.filter(
      (other) =>
        patterned.indexOf(other) > index &&
        overlaps(pattern, other.pattern) &&
        !wider.includes(other) &&
        !narrower.includes(other),
    );
    const [outer] = wider;
    const [inner] = narrower;
    return [
      ...across.map((other) => [route, other.route]),
      ...(outer !== undefined && inner !== undefined ? [[outer.route, route, inner.route]] : []),
    ];
  });
}
