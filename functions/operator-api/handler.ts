import { type Operator, roleOf, hasRole } from '../../core/operators/roles.ts';
import {
  type HttpRequest,
  type HttpResponse,
  httpLambda,
  jsonResponse,
  problemResponse,
} from '../../middleware/http-lambda.ts';
import type { Log } from '../../middleware/log.ts';
import { type OperatorApiDependencies, dependencies } from './dependencies.ts';
import { openApiOf } from './openapi.ts';
import { operationAt, operations } from './operations.ts';
import { notFound, OperatorProblem, roleNeeded, unauthorized } from './operator-problem.ts';

/** The OpenAPI document, built on the first request for it. */
let description: object | undefined;

/**
 * Answers a request to the operator API. API Gateway does the routing and names the matched route, by which
 * the operation is found.
 */
async function answer(deps: OperatorApiDependencies, request: HttpRequest, log: Log): Promise<HttpResponse> {
  const { method, resource, requestId } = request;
  if (resource === '/operator/openapi.json') {
    return jsonResponse(200, (description ??= openApiOf(operations, deps.addresses.publicUrl)));
  }
  try {
    const operation = operationAt(method, resource);
    if (operation === undefined) throw notFound();
    const operator = await authenticate(deps, request);
    if (!hasRole(operator.role, operation.role)) throw roleNeeded(operation.role);
    const response = await operation.run(deps, request, operator);
    log.info('operator_served', { requestId, operation: operation.operationId, operator: operator.subject });
    return response;
  } catch (error) {
    if (!(error instanceof OperatorProblem)) throw error;
    log.info('operator_refused', { requestId, route: `${method} ${resource}`, reason: error.problem.code });
    return problemResponse(error.problem, error.headers);
  }
}

/** @throws {OperatorProblem} if the token is missing or bad, or its groups give no role */
async function authenticate(
  { verify }: OperatorApiDependencies,
  { headers }: HttpRequest,
): Promise<Operator> {
  const sent = headers['authorization'];
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/iu.exec(sent ?? '')?.[1];
  const known = token === undefined ? undefined : await verify(token);
  if (known === undefined) throw unauthorized(sent !== undefined);
  const role = roleOf(known.groups);
  if (role === undefined) throw roleNeeded('viewer');
  return { subject: known.subject, role };
}

const api = dependencies(process.env);
export const handler = httpLambda('operator-api', (request, log) => answer(api, request, log));
