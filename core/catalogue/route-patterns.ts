import type { Route } from './route.ts';

/**
 * Routes as patterns of an IAM policy. A policy has one wildcard, `*`, for a path parameter. It matches any
 * text including slashes: `GET/reports/*` also matches `GET/reports/7/pages`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
 */

/** Returns the pattern of a route: `GET/reports/*` for `GET /reports/{id}`. */
export function patternOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return method + path.replaceAll(/\{[^/]*\}/g, '*');
}

/**
 * Tells whether `outer` matches every text that `inner` matches. A pattern without `*` matches only itself.
 */
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

/** Tells whether there is a text that both patterns match. */
export function overlaps(one: string, other: string): boolean {
  if (!one.includes('*')) return covers(other, one);
  if (!other.includes('*')) return covers(one, other);
  // Only the fixed ends matter, because the wildcards of each pattern also match the middle of the other.
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
 * Finds groups of routes whose scopes no policy could tell apart. A policy can only allow and deny patterns,
 * and its denials take precedence. Two routes of the same method that overlap must meet these conditions:
 * - One pattern covers the other. Otherwise, what both match cannot be allowed or denied for one of them
 *   alone.
 * - A route inside a wider one of another scope can be denied on its own. So no route of a third scope, or
 *   of the wider route's scope, may lie inside it.
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
