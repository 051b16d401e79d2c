import type { APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import { type Authorization, authorize } from '../../core/authorization/authorize.ts';
import { createLog, type Log } from '../../middleware/log.ts';
import { type Dependencies, dependencies } from './dependencies.ts';

/** The REQUEST authorizer of every product route (WF-10, WF-11). Nothing is returned for a bad token. */
async function decide(
  { verify, findMapping }: Dependencies, log: Log, event: APIGatewayRequestAuthorizerEvent, { awsRequestId: requestId }: Context,
): Promise<Authorization | undefined> {
  const token = bearerToken(event.headers ?? {});
  const claims = token === undefined ? undefined : await verify(token);
  if (claims === undefined) {
    log.info('token_refused', { requestId });
    return undefined;
  }
  const authorization = authorize(claims, await findMapping(claims.clientId), {
    methodArn: event.methodArn, sourceIp: event.requestContext.identity.sourceIp,
  });
  const { clientId, partnerId, denyCode } = authorization.context;
  if (authorization.usageIdentifierKey === undefined) log.info('call_denied', { requestId, clientId, partnerId, denyCode });
  else log.info('call_allowed', { requestId, clientId, partnerId });
  return authorization;
}

/** RFC 6750 §2.1. */
function bearerToken(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  const [, value] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/iu.exec(value ?? '')?.[1];
}

const authorizer = dependencies(process.env);
const log = createLog('authorizer');
export const handler = async (event: APIGatewayRequestAuthorizerEvent, context: Context): Promise<Authorization> => {
  const authorization = await decide(authorizer, log, event, context);
  // API Gateway knows a refused token by this message, and answers 401; any other error is a 500.
  if (authorization === undefined) throw new Error('Unauthorized');
  return authorization;
};
