import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { VerifiedBearerToken } from '../../adapters/tokens/bearer-tokens.ts';
import { type Authorization, authorize } from '../../core/authorization/authorize.ts';
import { type Evaluation, evaluate, unauthorized } from '../../core/authorization/evaluate.ts';
import { malformedToken, type UnauthorizedReason } from '../../core/authorization/principal.ts';
import type { Catalogue } from '../../core/catalogue/catalogue.ts';
import type { Environment } from '../../core/catalogue/environment.ts';
import type { Clock } from '../../core/clock.ts';
import type { GrantType } from '../../core/contracts/records.ts';
import { readStanding, type Standing, type StandingDependencies } from '../../core/tokens/standing.ts';

export interface DecideDependencies extends StandingDependencies {
  readonly environment: Environment;
  /** The grants that are switched on in this deployment. */
  readonly enabledGrants: readonly GrantType[];
  /** The products whose routes accept third parties' own tokens. */
  readonly thirdPartyProducts: readonly string[];
  readonly clock: Clock;
  readonly publicUrl: string;
  readonly ratePlans: Catalogue['ratePlans'];
  readonly judge: (token: string) => Promise<VerifiedBearerToken | UnauthorizedReason>;
  /** Tells whether a token is revoked. The client is left out for a third party's token. */
  readonly isDenied: (token: string, clientId: string | undefined) => Promise<boolean>;
}

/**
 * The result of the evaluation and the answer to API Gateway. There is no authorization for a missing or bad
 * token.
 */
export interface Decision {
  readonly evaluation: Evaluation;
  readonly authorization?: Authorization;
  /** What the authorization followed from. */
  readonly judged?: Judged;
}

/** A verified token, the records of its parties, and the time of the decision. */
export interface Judged {
  readonly at: Date;
  readonly token: string;
  readonly verified: VerifiedBearerToken;
  readonly standing: Standing;
}

/** Decides what the caller may do (WF-10, WF-11, X-9). */
export async function decide(
  dependencies: DecideDependencies,
  {
    multiValueHeaders,
    methodArn,
    httpMethod: method,
    resource: path,
    requestContext: {
      identity: { sourceIp },
    },
  }: APIGatewayRequestAuthorizerEvent,
  invocationId: string,
): Promise<Decision> {
  const { environment, enabledGrants, thirdPartyProducts, clock, publicUrl, ratePlans, judge, isDenied } =
    dependencies;
  const token = bearerToken(multiValueHeaders ?? {});
  if (token === undefined) return { evaluation: unauthorized(malformedToken) };
  const judged = await judge(token);
  if ('rule' in judged) return { evaluation: unauthorized(judged) };

  const { principal } = judged;
  const [isRevoked, standing] = await Promise.all([
    isDenied(token, principal.trustedFor === undefined ? principal.clientId : undefined),
    readStanding(dependencies, principal),
  ]);
  const now = clock.now();
  const evaluation = evaluate(principal, {
    now,
    environment,
    enabledGrants,
    thirdPartyProducts,
    isRevoked,
    standing,
    sourceIp,
    route: { method, path },
  });
  if (evaluation.decision === 'unauthorized') return { evaluation };
  return {
    evaluation,
    authorization: authorize({
      now,
      invocationId,
      evaluation,
      principal,
      standing,
      methodArn,
      publicUrl,
      ratePlans,
    }),
    judged: { at: now, token, verified: judged, standing },
  };
}

/**
 * Returns the bearer token of a request (RFC 6750 §2.1). Returns undefined if there are several
 * `Authorization` headers, because the backend might accept another one than we do. The verifier checks the
 * token's characters.
 */
export function bearerToken(
  headers: Readonly<Record<string, readonly string[] | undefined>>,
): string | undefined {
  const names = Object.keys(headers).filter((name) => name.toLowerCase() === 'authorization');
  const values = names.flatMap((name) => headers[name] ?? []);
  const [name] = names;
  if (name === undefined || names.length > 1 || values.length > 1) return undefined;
  const [value = ''] = values;
  const [scheme] = /^Bearer +/iu.exec(value) ?? [];
  return scheme === undefined ? undefined : value.slice(scheme.length);
}
