import { entryOf } from '../../core/entry-of.ts';
import { invalid } from '../../middleware/http-api/api-problem.ts';
import * as z from 'zod';
import { explain } from '../../core/authorization/explain.ts';
import { gatewayRoutesOf, thirdPartyProductsOf } from '../../core/catalogue/catalogue.ts';
import { grantTypes } from '../../core/contracts/records.ts';
import { profileStates } from '../../core/users/user.ts';
import { environments } from '../../core/catalogue/environment.ts';
import { statuses } from '../../core/lifecycle/lifecycle.ts';
import type { ClientContext } from '../../core/clients/client-context.ts';
import { networkOf } from '../../core/network/network.ts';
import { issuerUses, principalClaims, trustedAlgorithms } from '../../core/trust/records.ts';
import { jsonResponse } from '../../middleware/http-lambda.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { evaluationExplanation, evaluationQuery, explainEvaluationId } from './explain-evaluation.ts';
import { explanation } from './explanation.ts';
import { type OperatorOperation, operation } from './operation.ts';
import { component } from './schemas.ts';

const text = z.string().max(1000);
const texts = z.array(text).max(100);
const status = z.enum(statuses);
const moment = z.iso.datetime({ offset: true, error: 'A moment of ISO 8601: 2026-11-20T10:00:00Z.' });
const addresses = z
  .array(
    z
      .string()
      .refine((range) => networkOf(range) !== undefined, { error: 'An address, or a range in CIDR form.' }),
  )
  .max(100);
const members = z.record(z.string(), z.unknown());

/** The records in the form that this API returns them. Members that no rule uses are optional and ignored. */
const client = component(
  'ExplainedClient',
  z.object({
    clientId: text,
    partnerId: text,
    contractId: text,
    product: text,
    scopes: texts,
    ipRanges: addresses,
    status,
  }),
);
const contract = component(
  'ExplainedContract',
  z.object({
    contractId: text,
    partnerId: text,
    products: z.record(text, texts),
    ipRanges: addresses,
    environments: z.array(z.enum(environments)).max(10),
    grants: z.exactOptional(z.array(z.enum(grantTypes)).max(10)).meta({
      description: 'Every grant if left out.',
    }),
    startsAt: moment,
    endsAt: z.exactOptional(moment),
    status,
  }),
);
const partner = component('ExplainedPartner', z.object({ partnerId: text, status }));
const clientRecords = {
  client: z.exactOptional(client),
  contract: z.exactOptional(contract),
  partner: z.exactOptional(partner),
};
const user = component(
  'ExplainedUser',
  z.object({
    userId: text,
    partnerId: text,
    status,
    profile: z.object({ profileId: text, state: z.enum(profileStates), since: moment }),
  }),
);
const issuer = component(
  'ExplainedIssuer',
  z.object({
    issuer: text,
    partnerId: text,
    clientId: text,
    audiences: texts,
    principalClaim: z.enum(principalClaims),
    longestLife: z.int(),
    uses: z.array(z.enum(issuerUses)).max(3),
    keys: z
      .array(
        z.object({
          kid: text,
          algorithm: z.enum(trustedAlgorithms),
          notBefore: z.exactOptional(moment),
          notAfter: z.exactOptional(moment),
        }),
      )
      .max(20),
    status,
  }),
);

const parts = component(
  'CallParts',
  z.strictObject({
    at: z.exactOptional(moment).meta({ description: 'When the call was made; now if left out.' }),
    environment: z.enum(environments),
    token: z
      .exactOptional(
        z.strictObject({
          header: members,
          claims: members,
          signature: z.enum(['verified', 'kid', 'signature']).meta({
            description:
              "What the issuer's keys say: one of them signed it, there is none of its kid, or that one did not sign it.",
          }),
        }),
      )
      .meta({ description: 'Its two parts decoded, never the token itself; left out if the call had none.' }),
    issuer: z
      .exactOptional(issuer)
      .meta({ description: 'The registered issuer, where the token is of neither Cognito nor us.' }),
    user: z.exactOptional(user).meta({ description: 'The user that the token names, if it names one.' }),
    earlier: z.exactOptional(z.array(z.strictObject(clientRecords)).max(10)).meta({
      description:
        "The clients whose token was exchanged for this one: that of origin_client_id, then those of act, the call's own client left out.",
    }),
    isRevoked: z.exactOptional(z.boolean()).meta({ description: 'false if left out.' }),
    ...clientRecords,
    sourceIp: text,
    method: text,
    path: text.meta({ description: 'As it was called, without query.' }),
  }),
);
type ShownClient = Pick<z.infer<typeof parts>, 'client' | 'contract' | 'partner'>;

const question = component('ExplainQuestion', z.union([parts, evaluationQuery]));
const answer = component('ExplainAnswer', z.union([explanation, evaluationExplanation]));

/** The members of managed records that no rule uses. */
const unusedMembers = { version: 1, changes: [] };

/**
 * Returns the client context for the evaluation. No rule uses the members that are filled in here. The routes
 * come from the catalogue, because the API returns clients without their routes.
 * @throws {ApiProblem} if the catalogue does not have the client's product
 */
function clientContextOf(
  { client: shownClient, contract: shownContract, partner: shownPartner }: ShownClient,
  { catalogue }: Pick<OperatorApiDependencies, 'catalogue'>,
): ClientContext {
  const product = shownClient && entryOf(catalogue.products, shownClient.product);
  if (shownClient !== undefined && product === undefined) {
    throw invalid([
      {
        path: '/client/product',
        code: 'unknown_product',
        allowed: `A product of the catalogue: ${Object.keys(catalogue.products).join(', ')}.`,
      },
    ]);
  }
  return {
    client: shownClient && {
      ...shownClient,
      routes: product === undefined ? [] : gatewayRoutesOf(product),
      apiKey: 'kept',
      onboardingId: '',
      ...unusedMembers,
    },
    contract: shownContract && {
      ...shownContract,
      ratePlan: '',
      owner: '',
      grants: shownContract.grants ?? grantTypes,
      resourceServerOf: [],
      ...unusedMembers,
    },
    partner: shownPartner && { ...shownPartner, name: '', ...unusedMembers },
  };
}

export const explainOperations: readonly OperatorOperation[] = [
  operation({
    method: 'POST',
    resource: '/operator/explain',
    operationId: 'explain',
    role: 'viewer',
    summary:
      'Why a call is allowed or refused: by its evaluationId, with what has changed since; or from the parts of a call alone, of which nothing is looked up, verified or called.',
    body: question,
    answer,
    kind: 'result',
    run: async (deps, { body }) => {
      if ('evaluationId' in body) return jsonResponse(200, await explainEvaluationId(deps, body));
      const {
        at,
        token,
        issuer: registered,
        environment,
        user: shownUser,
        earlier = [],
        isRevoked = false,
        sourceIp,
        method,
        path,
      } = body;
      const { catalogue, clock, accessTokenIssuers, enabledGrants } = deps;
      return jsonResponse(
        200,
        explain({
          now: at === undefined ? clock.now() : new Date(at),
          environment,
          enabledGrants,
          isRevoked,
          sourceIp,
          method,
          path,
          issuers: accessTokenIssuers,
          thirdPartyProducts: thirdPartyProductsOf(catalogue),
          standing: {
            clientContext: clientContextOf(body, deps),
            earlierContexts: earlier.map((each) => clientContextOf(each, deps)),
            ...(shownUser !== undefined && {
              user: { ...shownUser, origin: 'directory', ...unusedMembers },
            }),
          },
          ...(token !== undefined && { token }),
          ...(registered !== undefined && {
            issuer: {
              ...registered,
              keys: registered.keys.map((key) => ({ ...key, jwk: {}, thumbprint: '' })),
              ...unusedMembers,
            },
          }),
        }),
      );
    },
  }),
];
