import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { BelievedToken } from '../../adapters/tokens/bearer-tokens.ts';
import { type Authorization, authorize } from '../../core/authorization/authorize.ts';
import { type Evaluation, evaluate, unauthorized } from '../../core/authorization/evaluate.ts';
import { malformed, type Refusal } from '../../core/authorization/holder.ts';
import type { Environment } from '../../core/catalogue/environment.ts';
import type { Clock } from '../../core/clock.ts';
import type { FindStanding } from '../../core/contracts/records.ts';

export interface DecideDependencies {
  readonly environment: Environment;
  /** Products whose routes take third parties' own tokens. */
  readonly thirdPartyProducts: readonly string[];
  readonly clock: Clock;
  readonly judge: (token: string) => Promise<BelievedToken | Refusal>;
  readonly isDenied: (token: string, clientId: string) => Promise<boolean>;
  readonly findStanding: FindStanding;
}

/** What was found, and what API Gateway is told: nothing for a missing or bad token. */
export interface Decision {
  readonly evaluation: Evaluation;
  readonly authorization?: Authorization;
}

/** WF-10, WF-11, X-9: what the caller may do. */
export async function decide(
  { environment, thirdPartyProducts, clock, judge, isDenied, findStanding }: DecideDependencies,
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
  if (token === undefined) return { evaluation: unauthorized(malformed) };
  const judged = await judge(token);
  if ('rule' in judged) return { evaluation: unauthorized(judged) };

  const { holder } = judged;
  const [isRevoked, standing] = await Promise.all([
    isDenied(token, holder.clientId),
    findStanding(holder.clientId),
  ]);
  const now = clock.now();
  const evaluation = evaluate(holder, {
    now,
    environment,
    thirdPartyProducts,
    isRevoked,
    standing,
    sourceIp,
    route: { method, path },
  });
  if (evaluation.decision === 'unauthorized') return { evaluation };
  return {
    evaluation,
    authorization: authorize({ now, evaluationId, evaluation, holder, client: standing.client, methodArn }),
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
