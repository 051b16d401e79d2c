import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { VerifiedBearerToken } from '../../adapters/tokens/bearer-tokens.ts';
import { type Authorization, authorize } from '../../core/authorization/authorize.ts';
import { type Evaluation, evaluate, unauthorized } from '../../core/authorization/evaluate.ts';
import { malformedToken, type UnauthorizedReason } from '../../core/authorization/principal.ts';
import type { Environment } from '../../core/catalogue/environment.ts';
import type { Clock } from '../../core/clock.ts';
import type { FindClientContext } from '../../core/clients/client-context.ts';

export interface DecideDependencies {
  readonly environment: Environment;
  /** Products whose routes take third parties' own tokens. */
  readonly thirdPartyProducts: readonly string[];
  readonly clock: Clock;
  readonly judge: (token: string) => Promise<VerifiedBearerToken | UnauthorizedReason>;
  readonly isDenied: (token: string, clientId: string) => Promise<boolean>;
  readonly findClientContext: FindClientContext;
}

/** What was found, and what API Gateway is told: nothing for a missing or bad token. */
export interface Decision {
  readonly evaluation: Evaluation;
  readonly authorization?: Authorization;
}

/** WF-10, WF-11, X-9: what the caller may do. */
export async function decide(
  { environment, thirdPartyProducts, clock, judge, isDenied, findClientContext }: DecideDependencies,
  {
    multiValueHeaders,
    methodArn,
    httpMethod: method,
    resource: path,
    requestContext: {
      identity: { sourceIp },
    },
  }: APIGatewayRequestAuthorizerEvent,
  evaluationId: string,
): Promise<Decision> {
  const token = bearerToken(multiValueHeaders ?? {});
  if (token === undefined) return { evaluation: unauthorized(malformedToken) };
  const judged = await judge(token);
  if ('rule' in judged) return { evaluation: unauthorized(judged) };

  const { principal } = judged;
  const [isRevoked, clientContext] = await Promise.all([
    isDenied(token, principal.clientId),
    findClientContext(principal.clientId),
  ]);
  const now = clock.now();
  const evaluation = evaluate(principal, {
    now,
    environment,
    thirdPartyProducts,
    isRevoked,
    clientContext,
    sourceIp,
    route: { method, path },
  });
  if (evaluation.decision === 'unauthorized') return { evaluation };
  return {
    evaluation,
    authorization: authorize({
      now,
      evaluationId,
      evaluation,
      principal,
      client: clientContext.client,
      methodArn,
    }),
  };
}

/** RFC 6750 §2.1, once: of several, the backend might believe another than we do. Of a token's characters the verifier judges. */
export function bearerToken(
  headers: Readonly<Record<string, readonly string[] | undefined>>,
): string | undefined {
  const [name = '', ...spelt] = Object.keys(headers).filter((each) => each.toLowerCase() === 'authorization');
  const [value = '', ...others] = headers[name] ?? [];
  const [scheme] = /^Bearer +/iu.exec(value) ?? [];
  return spelt.length + others.length > 0 || scheme === undefined ? undefined : value.slice(scheme.length);
}
