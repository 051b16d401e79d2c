import * as z from 'zod';
import type { EvaluationFacts, JudgedClient } from '../../core/authorization/evaluation-facts.ts';
import {
  type EvaluationExplanation,
  evaluationIdFaults,
  explainEvaluation,
} from '../../core/authorization/explain-evaluation.ts';
import { rules } from '../../core/authorization/rules.ts';
import { thirdPartyProductsOf } from '../../core/catalogue/catalogue.ts';
import type { ClientContext } from '../../core/clients/client-context.ts';
import { grantTypes } from '../../core/contracts/records.ts';
import { statuses } from '../../core/lifecycle/lifecycle.ts';
import { invalid } from '../../middleware/http-api/api-problem.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { explanation } from './explanation.ts';
import { change, component } from './schemas.ts';

const text = z.string();
const moment = text.meta({ format: 'date-time' });
const version = z
  .union([z.int(), text])
  .meta({ description: 'Of a record its version, of the catalogue the digest of its content.' });

/** The question by an evaluation id. */
export const evaluationQuery = component(
  'EvaluationQuery',
  z.strictObject({
    evaluationId: z.string().min(1).max(4000).meta({ description: 'As the denied call was answered.' }),
    route: z.exactOptional(
      z
        .string()
        .max(1000)
        .regex(/^[A-Z]+ \/\S*$/u, { error: 'A method and a path: GET /apis/credit-reports/reports/{id}.' })
        .meta({
          description:
            'The route of the denied call, as it was answered, to be judged now. Without it, the route of the evaluation, which may have been made for an earlier call.',
        }),
    ),
  }),
);

/** What an evaluation id tells. */
export const evaluationExplanation = component(
  'EvaluationExplanation',
  z.strictObject({
    evaluation: component(
      'Evaluation',
      z.strictObject({
        at: moment,
        reusedUntil: moment.meta({
          description: 'API Gateway may have answered further calls by this evaluation until then.',
        }),
        invocationId: text.meta({
          description:
            'Of the authorizer. Its log names the call that it was made for; the access log has every call that it served.',
        }),
        decision: z.enum(['allow', 'deny']),
        rule: z.enum([...rules, 'all']),
        denyCode: z.exactOptional(text),
        fault: z.exactOptional(text),
        why: z.exactOptional(text),
        clientId: text,
        contractId: z.exactOptional(text),
        partnerId: z.exactOptional(text),
        userId: z.exactOptional(text),
        issuer: z.exactOptional(text).meta({ description: "Of a third party's token." }),
        earlierClientIds: z.array(text),
        grant: z.exactOptional(z.enum(grantTypes)),
        scopes: z.exactOptional(z.array(text)).meta({ description: 'Of the token, if it limits them.' }),
        tokenExpiresAt: moment,
        sourceIp: text,
        route: z.strictObject({ method: text, path: text }),
        catalogueVersion: text,
      }),
    ),
    changed: z.array(
      component(
        'ChangeSince',
        z.strictObject({
          kind: z.enum([
            'client',
            'contract',
            'partner',
            'user',
            'issuer',
            'application',
            'identity_provider',
            'catalogue',
          ]),
          id: z.exactOptional(text),
          was: z.exactOptional(version),
          is: z.exactOptional(version),
          status: z.exactOptional(z.enum(statuses)),
          changes: z.array(change),
        }),
      ),
    ),
    now: explanation,
  }),
);

/**
 * Opens an evaluation id, reads the records that it names, and explains it.
 * @throws {ApiProblem} if it tells nothing
 * @throws {StepError} if the key or a record cannot be read
 */
export async function explainEvaluationId(
  deps: OperatorApiDependencies,
  { evaluationId, route }: z.infer<typeof evaluationQuery>,
): Promise<EvaluationExplanation> {
  const facts = await deps.openEvaluation(evaluationId);
  if (typeof facts === 'string') {
    throw invalid([{ path: '/evaluationId', code: facts, allowed: evaluationIdFaults[facts] }]);
  }
  const { user, token, clients, principal } = facts;
  const [[clientContext, ...earlierContexts], userNow, signIn, issuer, isRevoked] = await Promise.all([
    Promise.all(clients.map((each) => contextOf(deps, each))),
    user && deps.users.find(user.id),
    principal.sid === undefined ? undefined : deps.readSignIn(principal.sid, principal),
    token.issuer && deps.issuers.find(token.issuer.id),
    deps.isDenied(token.digest),
  ]);
  return explainEvaluation(
    facts,
    {
      now: deps.clock.now(),
      environment: deps.environment,
      enabledGrants: deps.enabledGrants,
      thirdPartyProducts: thirdPartyProductsOf(deps.catalogue),
      catalogueVersion: deps.catalogueVersion,
      isRevoked,
      standing: {
        clientContext: clientContext ?? { client: undefined, contract: undefined, partner: undefined },
        earlierContexts,
        ...(userNow !== undefined && { user: userNow }),
        ...(signIn !== undefined && { signIn }),
      },
      ...(issuer !== undefined && { issuer }),
    },
    route === undefined ? undefined : routeIn(route),
  );
}

function routeIn(route: string): EvaluationFacts['route'] {
  const [method = '', path = ''] = route.split(' ');
  return { method, path };
}

/** Reads the records of a client as they are now, without a cache. */
async function contextOf(
  { clients, contracts, partners }: OperatorApiDependencies,
  { client: { id } }: JudgedClient,
): Promise<ClientContext> {
  const client = await clients.find(id);
  if (client === undefined) return { client, contract: undefined, partner: undefined };
  const [contract, partner] = await Promise.all([
    contracts.find(client.contractId),
    partners.find(client.partnerId),
  ]);
  return { client, contract, partner };
}
