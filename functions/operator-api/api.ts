import { hasRole, type Operator, type OperatorRole, roleOf } from '../../core/operators/roles.ts';
import type { HttpApi } from '../../middleware/http-api/api.ts';
import { roleNeeded } from '../../middleware/http-api/api-problem.ts';
import { verifyBearerToken } from '../../middleware/http-api/bearer-token.ts';
import type { HttpRequest } from '../../middleware/http-lambda.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { operations } from './operations.ts';
import { components, problem } from './schemas.ts';

const realm = 'sallyport operators';

/** @throws {ApiProblem} if the token is missing or bad, or its groups give no role */
async function authenticate({ verify }: OperatorApiDependencies, request: HttpRequest): Promise<Operator> {
  const { subject, groups } = await verifyBearerToken(request, verify, {
    realm,
    title: "An operator's access token is needed, as Bearer.",
  });
  const role = roleOf(groups);
  if (role === undefined) throw roleNeeded('viewer');
  return { subject, role };
}

/** The operator API: its operations, who may call them, and how the OpenAPI document describes them. */
export const operatorApi: HttpApi<OperatorApiDependencies, Operator, OperatorRole> = {
  title: 'Sallyport operator API',
  version: '1',
  description:
    'Partners, contracts, clients and issuers, with their lifecycle. A change needs If-Match, and says why. Times are UTC.',
  basePath: '/operator',
  descriptionResource: '/operator/openapi.json',
  publicUrl: ({ addresses }) => addresses.publicUrl,
  operations,
  security: {
    name: 'operator',
    scheme: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        "An access token of the operators' user pool; its groups are the roles viewer, operator and approver.",
    },
    roleChallenge: `Bearer realm="${realm}", error="insufficient_scope"`,
    refusals: {
      401: 'No token, or an invalid one',
      403: 'It takes another role, or another approver',
    },
    authenticate,
    hasRole: ({ role }, needed) => hasRole(role, needed),
  },
  components,
  problem,
  logMessages: { served: 'operator_served', refused: 'operator_refused' },
};
