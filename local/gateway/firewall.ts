import * as z from 'zod';

/** The AWS WAF statements that the twin evaluates. They concern the path of a request, as it was sent. */
type Statement =
  | { readonly RegexMatchStatement: { readonly RegexString: string } }
  | { readonly NotStatement: { readonly Statement: Statement } }
  | { readonly AndStatement: { readonly Statements: readonly Statement[] } }
  | { readonly OrStatement: { readonly Statements: readonly Statement[] } };

const evaluated =
  'the twin evaluates RegexMatchStatement of UriPath without transformation, ' +
  'NotStatement, AndStatement and OrStatement';

const statements = z.lazy(() => z.array(statement).min(2));
const statement: z.ZodType<Statement> = z.lazy(() =>
  z.union(
    [
      z.strictObject({
        RegexMatchStatement: z.strictObject({
          FieldToMatch: z.strictObject({ UriPath: z.strictObject({}) }),
          RegexString: z.string().min(1).max(512),
          TextTransformations: z.tuple([z.strictObject({ Priority: z.int(), Type: z.literal('NONE') })]),
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
const rule = z.union([
  // Rate-based rules count requests per address over minutes. The twin accepts them but does not apply them.
  z.object({ ...named, Statement: z.strictObject({ RateBasedStatement: z.unknown() }) }),
  z.object({ ...named, Action: z.strictObject({ Block: z.strictObject({}) }), Statement: statement }),
]);

/** The `Rules` of an `AWS::WAFv2::WebACL` in CloudFormation's format. */
export const firewallRules = z.array(rule);
export type FirewallRules = z.infer<typeof firewallRules>;

/** Returns the name of the rule that blocks a request to this path, or undefined if none does. */
export type Firewall = (path: string) => string | undefined;

/** Creates a firewall from the rules of a web ACL whose default is to allow. Rates are not counted. */
export function createFirewall(rules: FirewallRules): Firewall {
  const inOrder = rules.toSorted((one, other) => one.Priority - other.Priority);
  const blocking = inOrder.flatMap(({ Name, Statement }) =>
    'RateBasedStatement' in Statement ? [] : [{ name: Name, matches: compile(Statement) }],
  );
  return (path) => blocking.find(({ matches }) => matches(path))?.name;
}

function compile(statement: Statement): (path: string) => boolean {
  if ('RegexMatchStatement' in statement) {
    const pattern = new RegExp(statement.RegexMatchStatement.RegexString);
    return (path) => pattern.test(path);
  }
  if ('NotStatement' in statement) {
    const matches = compile(statement.NotStatement.Statement);
    return (path) => !matches(path);
  }
  if ('AndStatement' in statement) {
    const all = statement.AndStatement.Statements.map(compile);
    return (path) => all.every((matches) => matches(path));
  }
  const any = statement.OrStatement.Statements.map(compile);
  return (path) => any.some((matches) => matches(path));
}
