import type { Fetchable } from '../kernel/serve.ts';
import type { TwinClock } from '../kernel/clock.ts';
import type { Store } from '../kernel/store.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { createAuthorizer, type AuthorizerAnswers, type AuthorizerSettings } from './authorizer.ts';
import { openExchange, Refused, type ApiIdentity, type Exchange, type RoutedExchange } from './exchange.ts';
import { createFirewall, customResponseOf, type FirewallBodies, type FirewallRules } from './firewall.ts';
import { gatewayResponse, type GatewayResponses } from './gateway-response.ts';
import { proxyHttp } from './http-proxy.ts';
import { payloadKind, type PayloadKind } from './payload.ts';
import { proxyEvent } from './proxy-event.ts';
import { proxyResponse } from './proxy-result.ts';
import { InvalidSourceAddress, readRequest } from './request.ts';
import { createRouter, type LambdaProxy, type GatewayRoute } from './route.ts';
import { createUsageMeter, type UsagePlan } from './usage.ts';

/** A call as the access log shows it. It contains the resource's path, never the path that was called. */
export interface AccessLogLine {
  readonly requestId: string;
  readonly method: string;
  readonly resourcePath: string | undefined;
  readonly status: number;
  /** The reason why the gateway itself answered, if it did. */
  readonly refused?: string;
}

export interface GatewayParts {
  readonly api: ApiIdentity;
  readonly routes: readonly GatewayRoute[];
  /** The binary media types of the REST API. */
  readonly binaryMediaTypes: readonly string[];
  /** The rules of the stage's web ACL. */
  readonly firewallRules: FirewallRules;
  /** The bodies of the web ACL's custom responses. */
  readonly firewallBodies?: FirewallBodies;
  readonly authorizer: AuthorizerSettings;
  /** The authorizer's cache, which the caller can flush. */
  readonly authorizerAnswers?: AuthorizerAnswers;
  readonly responses: GatewayResponses;
  readonly lambda: Lambda;
  /** Returns the usage plan of the enabled API key with this value. */
  readonly planOf: (keyValue: string) => UsagePlan | undefined;
  /** The source address of calls that name no other. If absent, that of their connection. */
  readonly callerAddress?: string;
  readonly store: Store;
  readonly clock: TwinClock;
  readonly log: (line: AccessLogLine) => void;
}

/** Creates the data plane of an API Gateway REST API on a custom domain without a base path. */
export function createGateway(parts: GatewayParts): Fetchable {
  const { api, routes, lambda, clock } = parts;
  const kind = payloadKind(parts.binaryMediaTypes);
  const blockedBy = createFirewall(parts.firewallRules);
  const route = createRouter(routes);
  const authorizer = createAuthorizer(
    parts.authorizer,
    lambda,
    clock,
    parts.authorizerAnswers ?? new Map<string, never>(),
  );
  const meter = createUsageMeter(parts.store, clock);

  const answer = async (exchange: Exchange): Promise<Response> => {
    const rule = blockedBy(exchange.request.path, exchange.request.headers);
    if (rule !== undefined) {
      throw new Refused(
        'WAF_FILTERED',
        `blocked by the firewall's rule ${rule}`,
        customResponseOf(parts.firewallRules, parts.firewallBodies ?? {}, rule),
      );
    }
    if (!isRouted(exchange)) throw new Refused('MISSING_AUTHENTICATION_TOKEN');
    const {
      request: { body },
      matched: {
        route: { integration, protected: isProtected },
      },
    } = exchange;
    if (body === undefined) throw new Refused('REQUEST_TOO_LARGE');
    if (isProtected) {
      const { usageKey } = await authorizer.authorize(exchange);
      const plan = usageKey === undefined ? undefined : parts.planOf(usageKey);
      if (plan === undefined) throw new Refused('INVALID_API_KEY');
      meter.count(plan);
    }
    return integration.kind === 'http'
      ? proxyHttp(integration, exchange, body, kind)
      : invokeLambda(lambda, integration, exchange, body, kind);
  };

  return {
    fetch: async (_request, { incoming }) => {
      let exchange: Exchange;
      try {
        const request = await readRequest(incoming, clock, parts.callerAddress);
        exchange = openExchange(api, request, route(request));
      } catch (error) {
        if (error instanceof InvalidSourceAddress) return new Response(error.message, { status: 400 });
        throw error;
      }
      let refused: Refused | undefined;
      const response = await answer(exchange).catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        refused = error;
        return error.response ?? gatewayResponse(parts.responses, error, exchange);
      });
      response.headers.set('x-amzn-requestid', exchange.request.id);
      response.headers.set('x-amz-apigw-id', exchange.request.id);
      parts.log({
        requestId: exchange.request.id,
        method: exchange.request.method,
        resourcePath: exchange.matched?.route.resource,
        status: response.status,
        ...(refused === undefined ? {} : { refused: refused.message }),
      });
      return response;
    },
  };
}

const isRouted = (exchange: Exchange): exchange is RoutedExchange => exchange.matched !== undefined;

async function invokeLambda(
  lambda: Lambda,
  integration: LambdaProxy,
  exchange: RoutedExchange,
  body: Buffer,
  kind: PayloadKind,
): Promise<Response> {
  const { functionName, timeoutMillis } = integration;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Refused('INTEGRATION_TIMEOUT', `${functionName} did not answer within ${timeoutMillis} ms`));
  }, timeoutMillis);
  try {
    const invocation = await Promise.race([
      lambda.invoke(functionName, proxyEvent(exchange, body, kind)),
      late,
    ]);
    if (!invocation.ok) {
      throw new Refused('DEFAULT_5XX', `${functionName} ended with ${invocation.error.errorType}`);
    }
    const response = proxyResponse(invocation.payload, kind);
    response.headers.set('x-amzn-trace-id', exchange.request.traceId);
    return response;
  } finally {
    clearTimeout(timer);
  }
}
