import type * as z from 'zod';
import type { HttpRequest } from '../http-lambda.ts';
import type { LogFields, LogMessage } from '../log.ts';
import { withHead } from '../methods.ts';
import type { Components } from './components.ts';
import type { Operation } from './operation.ts';

/** Who may call an API, how callers prove it, and how the OpenAPI document describes that. */
export interface ApiSecurity<Dependencies, Principal, Role extends string> {
  /** The name of the security scheme. In the log it is the field that holds the principal's subject. */
  readonly name: string;
  /** The Security Scheme Object of OpenAPI. */
  readonly scheme: object;
  /** `WWW-Authenticate` of a 403 response to a principal who needs another role (RFC 6750 §3.1). */
  readonly roleChallenge?: string;
  /** How the OpenAPI document describes the refusals 401 and 403. */
  readonly refusals: { readonly 401: string; readonly 403: string };
  /** @throws {ApiProblem} if the request is not authenticated */
  readonly authenticate: (deps: Dependencies, request: HttpRequest) => Promise<Principal>;
  readonly hasRole: (principal: Principal, role: Role) => boolean;
  /** What else of the principal is logged. */
  readonly alsoLogged?: (principal: Principal) => LogFields;
}

/**
 * An API: its operations, and what they have in common. One row of `operations` gives the route, the checks,
 * the answer and the description of an operation.
 */
export interface HttpApi<Dependencies, Principal extends { readonly subject: string }, Role extends string> {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** What every resource begins with: `/operator`. The segment after it is the tag of an operation. */
  readonly basePath: string;
  /** Where the OpenAPI document is, for everybody. */
  readonly descriptionResource: string;
  readonly publicUrl: (deps: Dependencies) => string;
  readonly operations: readonly Operation<Dependencies, Principal, Role>[];
  readonly security: ApiSecurity<Dependencies, Principal, Role>;
  readonly components: Components;
  /** The schema of a problem. It is one of the components. */
  readonly problem: z.ZodType;
  readonly logMessages: { readonly served: LogMessage; readonly refused: LogMessage };
}

/** Returns the operation of a route. */
export const operationAt = <Dependencies, Principal, Role extends string>(
  operations: readonly Operation<Dependencies, Principal, Role>[],
  method: string,
  resource: string,
): Operation<Dependencies, Principal, Role> | undefined =>
  operations.find((operation) => operation.method === method && operation.resource === resource);

/**
 * Returns the methods that a resource of an API takes, in the order of the operations, with HEAD where GET is
 * one.
 */
export const methodsAt = <Dependencies, Principal extends { readonly subject: string }, Role extends string>(
  { operations, descriptionResource }: HttpApi<Dependencies, Principal, Role>,
  resource: string,
): readonly string[] =>
  withHead([
    ...(resource === descriptionResource ? ['GET'] : []),
    ...operations.filter((operation) => operation.resource === resource).map(({ method }) => method),
  ]);
