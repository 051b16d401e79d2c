import type { Catalogue } from '../core/catalogue/catalogue.ts';

type Statement = Readonly<Record<string, unknown>>;

/**
 * Matches a path that API Gateway, the policies of clients and every backend read in the same way (RFC 3986
 * §6). It has no empty segment, no `;` or `\`, no control characters and no malformed encoding.
 * Percent-encoding is allowed only for characters that neither separate parts of a path nor occur in names of
 * routes. So `%2F`, `%3F`, `%2e` and `%61` are refused; `%20` and UTF-8 are not.
 */
const ascii = '2[01246-9A-Ca-c]|3[AC-Eac-e]|40|5[BDEbde]|60|7[B-Eb-e]';
const utf8 = '[89ABab][0-9A-Fa-f]|[Cc][2-9A-Fa-f]|[DEde][0-9A-Fa-f]|[Ff][0-4]';
const plainPath = `^(?:/|(?:/(?:[A-Za-z0-9._~!$&'()*+,:=@-]|%(?:${ascii}|${utf8}))+)+)$`;
const dotSegment = String.raw`/\.{1,2}(?:/|$)`;

/** The stage in front of the path where the API is called by its own address, or a base path. */
const anyBase = '^(?:/[A-Za-z0-9_-]+)?';

/**
 * Returns the firewall rule about paths. It blocks a path that is not plain before it is routed. It also
 * blocks a product's path with a parameter that does not match its pattern in the catalogue. WAF sees paths
 * as they were sent.
 * https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-fields-list.html
 */
export function pathRule(catalogue: Catalogue, stack: string): object {
  return {
    Name: 'paths',
    Priority: 2,
    Action: { Block: {} },
    VisibilityConfig: {
      SampledRequestsEnabled: false,
      CloudWatchMetricsEnabled: true,
      MetricName: `${stack}-paths`,
    },
    Statement: anyOf([
      not(path(plainPath)),
      path(dotSegment),
      ...Object.values(catalogue.products).flatMap(brokenPatterns),
    ]),
  };
}

/**
 * Matches paths that only a route with a patterned parameter could serve, but whose value does not match the
 * pattern.
 */
function brokenPatterns({ id, routes, parameters }: Catalogue['products'][string]): Statement[] {
  const patterned = Object.keys(parameters);
  if (patterned.length === 0) return [];
  const paths = [...new Set(routes.map((route) => route.path))];
  const regexOf = (route: string, patternOf: (parameter: string) => string): string => {
    const filled = route
      .replaceAll('.', String.raw`\.`)
      .replaceAll(/\{(\w+)\}/gu, (_, name: string) => patternOf(name));
    return `${anyBase}/apis/${id}${filled}$`;
  };
  const pathsOfPatternedRoutes = paths
    .filter((route) => patterned.some((name) => route.includes(`{${name}}`)))
    .map((route) => regexOf(route, () => '[^/]+'));
  if (pathsOfPatternedRoutes.length === 0) return [];
  const allowedPaths = paths.map((route) => regexOf(route, (name) => `(?:${parameters[name] ?? '[^/]+'})`));
  const isPatterned = anyOf(pathsOfPatternedRoutes.map(path));
  return [{ AndStatement: { Statements: [isPatterned, not(anyOf(allowedPaths.map(path)))] } }];
}

function path(RegexString: string): Statement {
  // The limit of an expression:
  // https://docs.aws.amazon.com/waf/latest/APIReference/API_RegexMatchStatement.html
  if (RegexString.length > 512) {
    throw new Error(`the firewall's expressions have at most 512 characters: ${RegexString}`);
  }
  const TextTransformations = [{ Priority: 0, Type: 'NONE' }];
  return { RegexMatchStatement: { FieldToMatch: { UriPath: {} }, RegexString, TextTransformations } };
}

const not = (Statement: Statement): Statement => ({ NotStatement: { Statement } });

function anyOf(Statements: readonly Statement[]): Statement {
  const [only] = Statements;
  return Statements.length === 1 && only !== undefined ? only : { OrStatement: { Statements } };
}
