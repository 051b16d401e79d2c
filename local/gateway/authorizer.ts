import * as z from 'zod';
import { account, region } from '../aws/service.ts';
import type { Clock } from '../../core/clock.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { mappedValue, Refused, type RoutedExchange } from './exchange.ts';
import { allows, policyDocument, type PolicyDocument } from './policy.ts';
import { authorizerEvent } from './proxy-event.ts';
import { routedPath } from './route.ts';

export interface AuthorizerSettings {
  readonly functionName: string;
  /**
   * Mapping expressions whose values together form the cache key. If one has no value, the caller is
   * unauthorized.
   */
  readonly identitySources: readonly string[];
  /** How long an answer is cached, in seconds. 0 switches the cache off. */
  readonly ttlSeconds: number;
}

export interface AuthorizerGrant {
  readonly policy: PolicyDocument;
  readonly context: Readonly<Record<string, string>>;
  /** The value of the API key whose usage plan the call counts against. */
  readonly usageKey: string | undefined;
}

const authorizerAnswer = z.object({
  principalId: z.string().min(1),
  policyDocument,
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  usageIdentifierKey: z.string().nullish(),
});

/** The maximum size of an authorizer's answer. API Gateway refuses a longer one. */
const answerLimit = 8 * 1024;
/** The oldest entries are removed above this number. The twin serves one machine only. */
const cacheLimit = 10_000;

/** The authorizer's cached answers, by cache key. */
export type AuthorizerAnswers = Map<string, { readonly grant: AuthorizerGrant; readonly at: number }>;

export interface Authorizer {
  /**
   * Authorizes the call and adds the authorizer's context to the call's variables.
   *
   * @throws Refused with UNAUTHORIZED, ACCESS_DENIED, AUTHORIZER_FAILURE or AUTHORIZER_CONFIGURATION_ERROR
   */
  authorize(exchange: RoutedExchange): Promise<{ readonly usageKey: string | undefined }>;
}

/** Creates a REQUEST authorizer with its cache. Errors are not cached. */
export function createAuthorizer(
  settings: AuthorizerSettings,
  lambda: Lambda,
  clock: Clock,
  cache: AuthorizerAnswers,
): Authorizer {
  const cached = (key: string): AuthorizerGrant | undefined => {
    const entry = cache.get(key);
    if (entry === undefined) return undefined;
    const age = clock.now().getTime() - entry.at;
    if (age >= 0 && age < settings.ttlSeconds * 1000) return entry.grant;
    cache.delete(key);
    return undefined;
  };

  const remember = (key: string, grant: AuthorizerGrant): void => {
    if (settings.ttlSeconds === 0) return;
    const [oldest] = cache.keys();
    if (cache.size >= cacheLimit && oldest !== undefined) cache.delete(oldest);
    cache.set(key, { grant, at: clock.now().getTime() });
  };

  return {
    authorize: async (exchange) => {
      const identity = settings.identitySources.map((source) => mappedValue(exchange, source));
      if (identity.some((value) => value === undefined || value === '')) throw new Refused('UNAUTHORIZED');
      const key = JSON.stringify(identity);
      const methodArn = methodArnOf(exchange);

      let grant = cached(key);
      if (grant === undefined) {
        grant = await ask(lambda, settings.functionName, authorizerEvent(exchange, methodArn));
        remember(key, grant);
      }

      for (const [name, value] of Object.entries(grant.context)) {
        exchange.variables.set(`authorizer.${name}`, value);
      }
      if (!allows(grant.policy, methodArn, clock.now())) throw new Refused('ACCESS_DENIED');
      return { usageKey: grant.usageKey };
    },
  };
}

const methodArnOf = ({ api, request }: RoutedExchange): string =>
  `arn:aws:execute-api:${region}:${account}:${api.apiId}/${api.stage}/${request.method}${routedPath(request.path)}`;

async function ask(lambda: Lambda, functionName: string, event: unknown): Promise<AuthorizerGrant> {
  const invocation = await lambda.invoke(functionName, event);
  if (!invocation.ok) {
    if (invocation.error.errorMessage === 'Unauthorized') throw new Refused('UNAUTHORIZED');
    throw new Refused('AUTHORIZER_FAILURE', `${functionName} ended with ${invocation.error.errorType}`);
  }
  const size = Buffer.byteLength(JSON.stringify(invocation.payload ?? null));
  if (size > answerLimit) {
    throw new Refused(
      'AUTHORIZER_FAILURE',
      `${functionName} answered ${size} bytes; at most ${answerLimit} are allowed`,
    );
  }
  const answer = authorizerAnswer.safeParse(invocation.payload);
  if (!answer.success) {
    const where = answer.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new Refused(
      'AUTHORIZER_CONFIGURATION_ERROR',
      `${functionName} answered what no authorizer may: ${where}`,
    );
  }
  const { policyDocument: policy, context, usageIdentifierKey } = answer.data;
  return {
    policy,
    context: Object.fromEntries(Object.entries(context ?? {}).map(([name, value]) => [name, String(value)])),
    usageKey: usageIdentifierKey ?? undefined,
  };
}
