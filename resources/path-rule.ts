import type { Catalogue } from '../core/catalogue/catalogue.ts';

type Statement = Readonly<Record<string, unknown>>;

/**
 * A path that means the same to API Gateway, to the policies of clients and to every backend (RFC 3986 §6): no
 * empty segment, none of `;`, `\`, controls or malformed encodings, and percent-encoded only what neither separates
 * parts of a path nor occurs in the name of a route: `%2F`, `%3F`, `%2e`, `%61` are refused, `%20` and UTF-8 not.
 */
const ascii = '2[01246-9A-Ca-c]|3[AC-Eac-e]|40|5[BDEbde]|60|7[B-Eb-e]';
const utf8 = '[89ABab][0-9A-Fa-f]|[Cc][2-9A-Fa-f]|[DEde][0-9A-Fa-f]|[Ff][0-4]';
const plainPath = `^(?:/|(?:/(?:[A-Za-z0-9._~!$&'()*+,:=@-]|%(?:${ascii}|${utf8}))+)+)$`;
const dotSegment = String.raw`/\.{1,2}(?:/|$)`;

/** Below a stage where the API is called by its own address, or a base path. */
const anyBase = '^(?:/[A-Za-z0-9_-]+)?';

/**
 * The firewall's rule about paths: what is not plain is blocked before it is routed, and so is a product's path with
 * a parameter that breaks the pattern which the catalogue has for it. WAF sees paths as they were sent.
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

/** Paths that only a route with a patterned parameter could serve, with another value than its pattern allows. */
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
  const shapes = paths
    .filter((route) => patterned.some((name) => route.includes(`{${name}}`)))
    .map((route) => regexOf(route, () => '[^/]+'));
  const meant = paths.map((route) => regexOf(route, (name) => `(?:${parameters[name] ?? '[^/]+'})`));
  if (shapes.length === 0) return [];
  return [{ AndStatement: { Statements: [anyOf(shapes.map(path)), not(anyOf(meant.map(path)))] } }];
}

function path(RegexString: string): Statement {
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
