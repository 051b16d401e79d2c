import { hasRole, type Operator, type OperatorRole, roleOf } from '../../core/operators/roles.ts';
import type { HttpApi } from '../../middleware/http-api/api.ts';
import { ApiProblem, roleNeeded } from '../../middleware/http-api/api-problem.ts';
import { verifyBearerToken } from '../../middleware/http-api/bearer-token.ts';
import type { HttpRequest } from '../../middleware/http-lambda.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { operations } from './operations.ts';
import { components, problem } from './schemas.ts';

const realm = 'sallyport operators';

const mailboxNotVerified = {
  status: 403,
  code: 'mailbox_not_verified',
  title:
    'The token names no verified mailbox, by which changes are recorded. Have the mailbox of your account verified in the user pool, and sign in again.',
};

/** @throws {ApiProblem} if the token is missing or bad, its groups give no role, or it names no mailbox */
async function authenticate({ verify }: OperatorApiDependencies, request: HttpRequest): Promise<Operator> {
  const { subject, groups, mailbox } = await verifyBearerToken(request, verify, {
    realm,
    title: "An operator's access token is needed, as Bearer.",
  });
  const role = roleOf(groups);
  if (role === undefined) throw roleNeeded('viewer');
  if (mailbox === undefined) throw new ApiProblem(mailboxNotVerified);
  return { subject, mailbox, role };
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
        "An access token of the operators' user pool; its groups are the roles viewer, operator and approver, and its email is the verified mailbox that changes are recorded by.",
    },
    roleChallenge: `Bearer realm="${realm}", error="insufficient_scope"`,
    refusals: {
      401: 'No token, or an invalid one',
      403: 'It takes another role, another approver, or a verified mailbox',
    },
    authenticate,
    hasRole: ({ role }, needed) => hasRole(role, needed),
    alsoLogged: ({ mailbox }) => ({ mailbox }),
  },
  components,
  problem,
  logMessages: { served: 'operator_served', refused: 'operator_refused' },
};
