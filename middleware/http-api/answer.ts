import {
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  methodNotAllowed,
  problemResponse,
} from '../http-lambda.ts';
import type { Log } from '../log.ts';
import { type HttpApi, methodsAt, operationAt } from './api.ts';
import { ApiProblem, notFound, roleNeeded, roleNeededCode } from './api-problem.ts';
import { openApiOf } from './openapi.ts';

/**
 * Creates the function that answers the requests to an API. API Gateway does the routing and names the
 * matched route, by which the operation is found.
 */
export function createApi<Dependencies, Principal extends { readonly subject: string }, Role extends string>(
  api: HttpApi<Dependencies, Principal, Role>,
  deps: Dependencies,
): (request: HttpRequest, log: Log) => Promise<HttpResponse> {
  const { operations, security, logMessages, descriptionResource } = api;
  /** The OpenAPI document, built on the first request for it. */
  let description: object | undefined;

  const serve = async (request: HttpRequest, log: Log): Promise<HttpResponse> => {
    const { requestId } = request;
    const operation = operationAt(operations, request.method, request.resource);
    if (operation === undefined) throw notFound();
    const { operationId } = operation;
    if (operation.access === 'public') {
      const response = await operation.run(deps, request);
      log.info(logMessages.served, { requestId, operation: operationId });
      return response;
    }
    const principal = await security.authenticate(deps, request);
    if (!security.hasRole(principal, operation.role)) throw roleNeeded(operation.role);
    const response = await operation.run(deps, request, principal);
    log.info(logMessages.served, {
      requestId,
      operation: operationId,
      [security.name]: principal.subject,
      ...security.alsoLogged?.(principal),
    });
    return response;
  };

  return async (request, log) => {
    const { method, resource, requestId } = request;
    const methods = methodsAt(api, resource);
    if (methods.length > 0 && !methods.includes(method)) return methodNotAllowed(methods.join(', '));
    if (resource === descriptionResource) {
      return jsonResponse(200, (description ??= openApiOf(api, api.publicUrl(deps))));
    }
    try {
      return await serve(request, log);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      log.info(logMessages.refused, {
        requestId,
        route: `${method} ${resource}`,
        reason: error.problem.code,
      });
      const { roleChallenge } = security;
      const challenge =
        error.problem.code === roleNeededCode && roleChallenge !== undefined
          ? { 'www-authenticate': roleChallenge }
          : {};
      return problemResponse(error.problem, { ...challenge, ...error.headers });
    }
  };
}
