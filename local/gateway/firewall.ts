import * as z from 'zod';
import type { Header } from './headers.ts';
import { response } from './response.ts';

/** The AWS WAF statements that the twin evaluates, about the path of a request or the names of its headers. */
type Statement =
  | {
      readonly RegexMatchStatement: {
        readonly FieldToMatch: { readonly UriPath: object } | { readonly HeaderOrder: object };
        readonly RegexString: string;
        readonly TextTransformations: readonly {
          readonly Priority: number;
          readonly Type: keyof typeof transformations;
        }[];
      };
    }
  | { readonly NotStatement: { readonly Statement: Statement } }
  | { readonly AndStatement: { readonly Statements: readonly Statement[] } }
  | { readonly OrStatement: { readonly Statements: readonly Statement[] } };

const evaluated =
  'the twin evaluates RegexMatchStatement of UriPath, and of HeaderOrder in lower case, ' +
  'NotStatement, AndStatement and OrStatement';

/** A request as the rules see it: the path and the headers as they were sent. */
interface Seen {
  readonly path: string;
  readonly headers: readonly Header[];
}

/**
 * How much of a request's headers WAF is given.
 * https://docs.aws.amazon.com/waf/latest/APIReference/API_HeaderOrder.html
 */
const mostHeaders = 200;
const mostHeaderBytes = 8192;

/**
 * What a text is turned into before it is compared.
 * https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html
 */
const transformations = {
  NONE: (text: string) => text,
  LOWERCASE: (text: string) => text.toLowerCase(),
  URL_DECODE: (text: string) =>
    text.replaceAll(/%([0-9a-f]{2})/giu, (_, code: string) => String.fromCodePoint(parseInt(code, 16))),
  NORMALIZE_PATH: normalizedPath,
} as const;
const transformation = z.strictObject({
  Priority: z.int(),
  Type: z.enum(['NONE', 'LOWERCASE', 'URL_DECODE', 'NORMALIZE_PATH']),
});

const regexString = z.string().min(1).max(512);
const statements = z.lazy(() => z.array(statement).min(2));
const statement: z.ZodType<Statement> = z.lazy(() =>
  z.union(
    [
      z.strictObject({
        RegexMatchStatement: z.strictObject({
          FieldToMatch: z.strictObject({ UriPath: z.strictObject({}) }),
          RegexString: regexString,
          TextTransformations: z.array(transformation).min(1),
        }),
      }),
      z.strictObject({
        RegexMatchStatement: z.strictObject({
          FieldToMatch: z.strictObject({
            HeaderOrder: z.strictObject({ OversizeHandling: z.literal('MATCH') }),
          }),
          RegexString: regexString,
          TextTransformations: z.tuple([transformation.extend({ Type: z.literal('LOWERCASE') })]),
        }),
      }),
      z.strictObject({ NotStatement: z.strictObject({ Statement: statement }) }),
      z.strictObject({ AndStatement: z.strictObject({ Statements: statements }) }),
      z.strictObject({ OrStatement: z.strictObject({ Statements: statements }) }),
    ],
    { error: evaluated },
  ),
);

const named = { Name: z.string(), Priority: z.int() };
const customResponse = z.strictObject({
  ResponseCode: z.int().min(200).max(599),
  CustomResponseBodyKey: z.string(),
  ResponseHeaders: z.array(z.strictObject({ Name: z.string(), Value: z.string() })).default([]),
});
const block = z.strictObject({ CustomResponse: customResponse.optional() });
const rule = z.union([
  // Rate-based rules count requests per address over minutes. The twin reads them but does not apply them.
  z.object({
    ...named,
    Statement: z.strictObject({
      RateBasedStatement: z.looseObject({ ScopeDownStatement: statement.optional() }),
    }),
  }),
  z.object({ ...named, Action: z.strictObject({ Block: block }), Statement: statement }),
]);

/** The `Rules` of an `AWS::WAFv2::WebACL` in CloudFormation's format. */
export const firewallRules = z.array(rule);
export type FirewallRules = z.infer<typeof firewallRules>;

const contentTypes = {
  TEXT_PLAIN: 'text/plain',
  TEXT_HTML: 'text/html',
  APPLICATION_JSON: 'application/json',
} as const;

/** The `CustomResponseBodies` of an `AWS::WAFv2::WebACL`. */
export const firewallBodies = z.record(
  z.string(),
  z.strictObject({
    ContentType: z.enum(['TEXT_PLAIN', 'TEXT_HTML', 'APPLICATION_JSON']),
    Content: z.string(),
  }),
);
export type FirewallBodies = z.infer<typeof firewallBodies>;

/** Returns the name of the rule that blocks a request, or undefined if none does. */
export type Firewall = (path: string, headers?: readonly Header[]) => string | undefined;

/** Creates a firewall from the rules of a web ACL whose default is to allow. Rates are not counted. */
export function createFirewall(rules: FirewallRules): Firewall {
  const inOrder = rules.toSorted((one, other) => one.Priority - other.Priority);
  const blocking = inOrder.flatMap(({ Name, Statement }) =>
    'RateBasedStatement' in Statement ? [] : [{ name: Name, matches: compile(Statement) }],
  );
  return (path, headers = []) => blocking.find(({ matches }) => matches({ path, headers }))?.name;
}

/** Returns the names of the rate-based rules that count requests to a path. */
export const countingRules = (rules: FirewallRules, path: string): string[] =>
  rules.flatMap(({ Name, Statement }) => {
    if (!('RateBasedStatement' in Statement)) return [];
    const { ScopeDownStatement: scope } = Statement.RateBasedStatement;
    return scope === undefined || compile(scope)({ path, headers: [] }) ? [Name] : [];
  });

/**
 * Returns the custom response of a rule. Without one, the result is undefined, and API Gateway's own response
 * to what the firewall blocks applies.
 */
export function customResponseOf(
  rules: FirewallRules,
  bodies: FirewallBodies,
  ruleName: string,
): Response | undefined {
  const found = rules.find(({ Name }) => Name === ruleName);
  const custom = found !== undefined && 'Action' in found ? found.Action.Block.CustomResponse : undefined;
  if (custom === undefined) return undefined;
  const body = bodies[custom.CustomResponseBodyKey];
  if (body === undefined) throw new Error(`the web ACL has no body ${custom.CustomResponseBodyKey}`);
  return response(
    custom.ResponseCode,
    [
      ['content-type', contentTypes[body.ContentType]],
      ...custom.ResponseHeaders.map(({ Name, Value }): [string, string] => [Name, Value]),
    ],
    body.Content,
  );
}

function compile(statement: Statement): (seen: Seen) => boolean {
  if ('RegexMatchStatement' in statement) {
    const { FieldToMatch: field, RegexString, TextTransformations } = statement.RegexMatchStatement;
    const pattern = new RegExp(RegexString);
    const inOrder = TextTransformations.toSorted((one, other) => one.Priority - other.Priority);
    const matches = (text: string): boolean =>
      pattern.test(inOrder.reduce((result, { Type }) => transformations[Type](result), text));
    if ('UriPath' in field) return ({ path }) => matches(path);
    return ({ headers }) => isOversize(headers) || matches(headerOrder(headers));
  }
  if ('NotStatement' in statement) {
    const matches = compile(statement.NotStatement.Statement);
    return (seen) => !matches(seen);
  }
  if ('AndStatement' in statement) {
    const all = statement.AndStatement.Statements.map(compile);
    return (seen) => all.every((matches) => matches(seen));
  }
  const any = statement.OrStatement.Statements.map(compile);
  return (seen) => any.some((matches) => matches(seen));
}

/** Removes empty segments and `.`, and with each `..` the segment before it. */
function normalizedPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}${path.endsWith('/') && kept.length > 0 ? '/' : ''}`;
}

/** Returns the names of headers as WAF shows them to a rule: in their order, separated by colons. */
const headerOrder = (headers: readonly Header[]): string => headers.map(([name]) => name).join(':');

const isOversize = (headers: readonly Header[]): boolean =>
  headers.length > mostHeaders ||
  headers.reduce((size, [name, value]) => size + Buffer.byteLength(name) + Buffer.byteLength(value), 0) >
    mostHeaderBytes;
