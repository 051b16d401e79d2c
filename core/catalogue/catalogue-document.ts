import * as z from 'zod';
import { openApiPath } from './addresses.ts';
import { placeholders, titleLimit, withoutPlaceholders } from './prerequisite.ts';
import { inseparable, patternOf } from './route-patterns.ts';
import type { Route } from './route.ts';

/** A string that must match `pattern`. `allowed` describes the pattern in words. */
const matching = (pattern: RegExp, allowed: string) =>
  z.string({ error: allowed }).regex(pattern, { error: allowed });

function oneOf(names: readonly string[], what: string) {
  const error =
    names.length === 0 ? `There is no ${what} to name here.` : `One of the ${what}s: ${names.join(', ')}.`;
  return z.string({ error }).refine((name) => names.includes(name), { error });
}

const nonEmpty = <Value extends z.ZodType>(names: z.ZodString, value: Value) =>
  z.record(names, value).refine((record) => Object.keys(record).length > 0, { error: 'At least one entry.' });

const name = matching(
  /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
  'Lower-case words joined by hyphens: credit-reports.',
).max(40, { error: 'At most 40 characters.' });
const line = matching(
  /^[^\p{Cc}\p{Zl}\p{Zp}<>]*[^\p{Cc}\p{Z}<>][^\p{Cc}\p{Zl}\p{Zp}<>]*$/u,
  'One line of text, without < and >.',
).max(200, { error: 'At most 200 characters.' });

/** A text that people read in tickets. ServiceNow's journals treat [code] as the start of markup. */
const ticketText = (characters: RegExp, allowed: string, limit: number) =>
  matching(characters, allowed)
    .max(limit, { error: `At most ${limit} characters.` })
    .refine(
      (text) =>
        [...text.matchAll(/\{(\w*)\}|[{}]/g)].every(([, name]) => placeholders.some((each) => each === name)),
      { error: `Braces only around one of: ${placeholders.join(', ')}.` },
    );
const sentence = ticketText(
  /^(?=.*[^\p{Z}])[^\p{Cc}\p{Zl}\p{Zp}<>[\]]*$/u,
  'One line of text, without < > [ and ].',
  1000,
);
const paragraph = ticketText(
  /^(?=[^]*[^\p{Z}\n])(?:[^\p{Cc}\p{Zl}\p{Zp}<>[\]]|\n)*$/u,
  'Lines of text, without < > [ and ].',
  2000,
);
const clause = matching(
  /^(?=.*[^\p{Z}])[^\p{Cc}\p{Zl}\p{Zp}<>[\]{}]*$/u,
  'One line of text, without < > [ ] { and }.',
).max(200, { error: 'At most 200 characters.' });
const variable = matching(/^[a-z][a-z0-9_]{0,79}$/, 'The name of a variable of the form: account_id.');

const title = sentence.refine((text) => withoutPlaceholders(text).length <= titleLimit, {
  error: `At most ${titleLimit} characters besides the placeholders: a title of a task has no more.`,
});

/** @param reserved the variables of the request that mean something else */
const prerequisite = (reserved: readonly string[]) =>
  z.strictObject({
    name: clause,
    assignmentGroup: line.exactOptional(),
    variables: z.strictObject({
      met: variable.refine((name) => !reserved.includes(name), {
        error: `A variable of its own. The form uses these for something else: ${reserved.join(', ')}.`,
      }),
      id: variable,
    }),
    task: z.strictObject({ title, text: paragraph, withdrawn: sentence, unmet: clause }),
    ticket: z.strictObject({
      comesFirst: sentence,
      confirmed: sentence,
      notAskedFor: clause,
      notMet: clause,
      advice: clause,
    }),
  });

const region = z.strictObject({ assignmentGroup: line });

const brand = z.strictObject({
  name: line,
  from: z.email({ error: 'An e-mail address, without a name.' }),
  accent: matching(/^#[0-9a-f]{6}$/i, 'A colour: #1f5fbf.'),
  support: line,
});

const aboveZero = 'A number greater than 0.';
const wholeAboveZero = 'A whole number from 1 to 2147483647.';
const wholeNumber = z.int32({ error: wholeAboveZero }).positive({ error: wholeAboveZero });

const ratePlan = z.strictObject({
  rate: z.number({ error: aboveZero }).positive({ error: aboveZero }),
  burst: wholeNumber,
  quota: z.strictObject({ limit: wholeNumber, period: z.enum(['DAY', 'WEEK', 'MONTH']) }),
});

const upstreamAddress =
  'An https address of a host by name, without user, query, fragment and final slash: https://reports.example/v1.';
const upstream = z.string({ error: upstreamAddress }).refine(isUpstream, { error: upstreamAddress });

function isUpstream(text: string): boolean {
  const url = URL.parse(text);
  return (
    url?.protocol === 'https:' &&
    /\.[a-z][a-z0-9-]*$/.test(url.hostname) &&
    text === `https://${url.host}${url.pathname === '/' ? '' : url.pathname}` &&
    !text.endsWith('/')
  );
}

const path = matching(
  /^(?:\/(?:[A-Za-z0-9._-]+|\{[A-Za-z][A-Za-z0-9]*\}))+$/,
  'Segments of letters, digits, dot, hyphen and underscore, or one parameter each: /reports/{id}.',
)
  .refine((text) => !/\/\.{1,2}(?:\/|$)/.test(text), { error: 'No segment may be . or ..' })
  .refine((text) => isSet(parametersOf(text)), { error: 'Each parameter at most once.' })
  .refine((text) => text !== openApiPath, {
    error: `Not ${openApiPath}, where Sallyport describes the product.`,
  })
  .max(200, { error: 'At most 200 characters.' });

const documentFileAllowed =
  'A JSON or YAML file in the folder openapi beside the catalogue: openapi/reports.yml.';
const documentFile = matching(/^openapi\/[A-Za-z0-9_-]{1,80}\.(?:json|ya?ml)$/, documentFileAllowed);
/** The content of that file. What is in it is the product's own affair, but for the version of the format. */
export const ownOpenApi = z.looseObject({ openapi: z.string().regex(/^3\.1\.\d+$/) });

const parameterName = z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, { error: 'The name of a parameter.' });
const parameterPattern = matching(
  /^[A-Za-z0-9[\]{},._|?*+:@-]{1,60}$/,
  'A regular expression of letters, digits and []{},._|?*+:@-, 60 characters at most: [0-9]{1,12}.',
).refine(compiles, { error: 'A regular expression.' });

function compiles(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').source !== '';
  } catch {
    return false;
  }
}

/** The names that a product may refer to. */
export interface Names {
  readonly product: string;
  readonly brands: readonly string[];
  readonly ratePlans: readonly string[];
  readonly scopes: readonly string[];
}

/**
 * Returns the schema of one product in catalogue.yml. Its id becomes a Cognito resource server, its name that
 * server's name, its scopes custom scopes, and its routes resources and methods of API Gateway. So the limits
 * of these apply.
 */
export function productDocument({ product, brands, ratePlans, scopes }: Names) {
  const scope = oneOf(scopes, 'scope');
  return z
    .strictObject({
      name: matching(
        /^[\w +=,.@-]{1,100}$/,
        'Up to 100 letters without accents, digits, spaces and + = , . @ - _ (the name of a resource server).',
      ),
      brand: oneOf(brands, 'brand'),
      group: line,
      upstreams: z.strictObject({ DEV: upstream, UAT: upstream, PROD: upstream }),
      privateRanges: z.boolean(),
      thirdPartyTokens: z.boolean().default(false),
      scopes: nonEmpty(
        z
          .string()
          .refine(
            (text) =>
              text.startsWith(`${product}/`) &&
              /^[a-z][a-z0-9.:_-]{0,39}$/.test(text.slice(product.length + 1)),
            {
              error: `${product}/ and a name of lower-case letters, digits, dot, colon, hyphen and underscore, 40 at most.`,
            },
          ),
        line,
      ).refine((record) => Object.keys(record).length <= 50, {
        error: 'At most 50 scopes: a client takes no more.',
      }),
      parameters: z.record(parameterName, parameterPattern).default({}),
      routes: z
        .array(z.strictObject({ method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']), path, scope }))
        .min(1)
        .superRefine(checkRoutes),
      openapi: z.union([documentFile, ownOpenApi], { error: documentFileAllowed }).exactOptional(),
      defaultTerms: z.strictObject({
        scopes: z.array(scope).min(1).refine(isSet, { error: 'Each scope once.' }),
        ratePlan: oneOf(ratePlans, 'rate plan'),
      }),
    })
    .superRefine(({ parameters, routes: all }, context) => {
      const routeParameters = all.flatMap((route) => parametersOf(route.path));
      for (const name of Object.keys(parameters).filter((each) => !routeParameters.includes(`{${each}}`))) {
        context.addIssue({ code: 'custom', path: ['parameters', name], message: 'A parameter of a route.' });
      }
    });
}

function checkRoutes(routes: readonly Route[], context: z.RefinementCtx): void {
  const addIssue = (route: Route, message: string) =>
    context.addIssue({ code: 'custom', path: [routes.indexOf(route)], message });
  for (const [index, route] of routes.entries()) {
    const pattern = patternOf(route);
    if (routes.slice(0, index).some((earlier) => patternOf(earlier) === pattern)) {
      context.addIssue({
        code: 'custom',
        path: [index],
        message: `A route of its own: ${nameOf(route)} is there already.`,
      });
    }
    const conflicting = routes.slice(0, index).find((earlier) => siblingParameters(earlier.path, route.path));
    if (conflicting !== undefined) {
      addIssue(
        route,
        `The same parameter name as ${nameOf(conflicting)} in the same place: API Gateway knows one.`,
      );
    }
  }
  for (const group of inseparable(routes)) {
    const last = group.at(-1);
    if (last !== undefined) {
      addIssue(
        last,
        `A path or scope with which a policy can tell these routes apart: ${group.map(nameOf).join(', ')}. ` +
          'A parameter also matches slashes. Give them one scope, or paths that do not meet.',
      );
    }
  }
}

const nameOf = ({ method, path: at }: Route): string => `${method} ${at}`;
const parametersOf = (text: string): readonly string[] => text.match(/\{\w+\}/g) ?? [];
const isSet = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

/** Tells whether two paths first differ in a segment where both have a parameter, but of different names. */
function siblingParameters(one: string, other: string): boolean {
  const others = other.split('/');
  const segments = one.split('/');
  const firstDifference = segments.findIndex((segment, index) => segment !== others[index]);
  const segment = segments[firstDifference] ?? '';
  const otherSegment = others[firstDifference] ?? '';
  return segment.startsWith('{') && otherSegment.startsWith('{');
}

/**
 * Returns the schema of catalogue.yml, apart from its products.
 * @param reservedVariables the variables of the desk's form that mean something else than the prerequisite
 */
export const catalogueDocument = (reservedVariables: readonly string[]) =>
  z.strictObject({
    regions: nonEmpty(
      matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, 'Up to 40 letters, digits, hyphens and underscores: UK.'),
      region,
    ),
    prerequisite: prerequisite(reservedVariables).optional(),
    brands: nonEmpty(name, brand),
    ratePlans: nonEmpty(name, ratePlan),
    products: nonEmpty(name, z.unknown()),
  });
