import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { type AccessTokenClaims, type Authorization, authorize } from '../../core/authorization/authorize.ts';
import type { ClientMapping } from '../../core/authorization/client-mapping.ts';

export interface DecideDependencies {
  readonly verify: (token: string) => Promise<AccessTokenClaims | undefined>;
  readonly findMapping: (clientId: string) => Promise<ClientMapping | undefined>;
}

/** WF-10, WF-11: what the caller may do. Nothing is returned for a missing or bad token. */
export async function decide({ verify, findMapping }: DecideDependencies, event: APIGatewayRequestAuthorizerEvent): Promise<Authorization | undefined> {
  const token = bearerToken(event.headers ?? {});
  const claims = token === undefined ? undefined : await verify(token);
  if (claims === undefined) return undefined;
  return authorize(claims, await findMapping(claims.clientId), {
    methodArn: event.methodArn, sourceIp: event.requestContext.identity.sourceIp,
  });
}

/** RFC 6750 §2.1; of a token's characters the verifier judges. */
export function bearerToken(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization') ?? '';
  return /^Bearer +(\S+)$/i.exec(headers[name] ?? '')?.[1];
}
