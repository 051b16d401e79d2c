import type { Route } from '../catalogue/route.ts';
import type { ClientContext } from '../clients/client-context.ts';
import type { Managed } from '../lifecycle/lifecycle.ts';
import type { Standing } from '../tokens/standing.ts';
import type { Evaluation } from './evaluate.ts';
import type { Principal } from './principal.ts';

/** A record that was judged. Version 0 says that there was none. */
export interface JudgedRecord {
  readonly id: string;
  readonly version: number;
}

/** The records of a client: all that decides whether it has access. */
export interface JudgedClient {
  readonly client: JudgedRecord;
  /** Absent if there was no client. */
  readonly contract?: JudgedRecord;
  readonly partner?: JudgedRecord;
}

/** The records that a sign-in stood on besides the client. */
export interface JudgedSignIn {
  readonly application: JudgedRecord;
  readonly provider: JudgedRecord;
  readonly contract: JudgedRecord;
  readonly partner: JudgedRecord;
}

/** What is known of a verified token apart from its principal. */
export interface JudgedToken {
  /** The digest by which the token can be revoked. */
  readonly digest: string;
  readonly expiresAt: Date;
  /** The record of the issuer, if it is a third party. */
  readonly issuer?: JudgedRecord;
}

/**
 * What was judged in one evaluation of a verified token, and which rule decided. It is enough to judge the call
 * again, without the token.
 */
export interface EvaluationFacts {
  readonly at: Date;
  /** The id of the authorizer's invocation. Its log names the call; the access log has each call that it served. */
  readonly invocationId: string;
  readonly rule: Evaluation['rule'];
  /** Why the call was denied; absent if it was allowed. */
  readonly denial?: Omit<Extract<Evaluation, { decision: 'deny' }>, 'decision' | 'rule' | 'access'>;
  readonly principal: Principal;
  readonly token: JudgedToken;
  /** The calling client, then the earlier ones in the order of `earlierClientIds`. */
  readonly clients: readonly JudgedClient[];
  readonly user?: JudgedRecord;
  /** Present if the token stood on a session that was there. */
  readonly signIn?: JudgedSignIn;
  readonly sourceIp: string;
  /** The route that API Gateway had matched. */
  readonly route: Pick<Route, 'path'> & { readonly method: string };
  /** The version of the catalogue that was deployed. */
  readonly catalogueVersion: string;
}

/** A decision on a verified token, with everything that it followed from. */
export type JudgedCall = Pick<
  EvaluationFacts,
  'at' | 'invocationId' | 'principal' | 'token' | 'sourceIp' | 'route' | 'catalogueVersion'
> & {
  readonly evaluation: Exclude<Evaluation, { decision: 'unauthorized' }>;
  readonly standing: Standing;
};

/** Returns the facts of a decision: its records by their versions, without their content. */
export function factsOf({ evaluation, standing, ...call }: JudgedCall): EvaluationFacts {
  const { clientContext, earlierContexts, user } = standing;
  const { clientId, userId, earlierClientIds } = call.principal;
  return {
    ...call,
    rule: evaluation.rule,
    ...(evaluation.decision === 'deny' && { denial: denialOf(evaluation) }),
    clients: [
      clientIn(clientId, clientContext),
      ...earlierClientIds.map((id, index) => clientIn(id, earlierContexts[index])),
    ],
    ...(userId !== undefined && { user: versionOf(userId, user) }),
    ...signInOf(standing),
  };
}

function denialOf({
  denyCode,
  fault,
  why,
}: Extract<Evaluation, { decision: 'deny' }>): NonNullable<EvaluationFacts['denial']> {
  return { denyCode, why, ...(fault !== undefined && { fault }) };
}

function clientIn(id: string, { client, contract, partner }: Partial<ClientContext> = {}): JudgedClient {
  if (client === undefined) return { client: versionOf(id, client) };
  return {
    client: versionOf(id, client),
    contract: versionOf(client.contractId, contract),
    partner: versionOf(client.partnerId, partner),
  };
}

function signInOf({ signIn }: Standing): { readonly signIn?: JudgedSignIn } {
  if (signIn?.session === undefined || signIn.context === undefined) return {};
  const { application, provider, contract, partner } = signIn.context;
  return {
    signIn: {
      application: versionOf(application?.applicationId ?? '', application),
      provider: versionOf(signIn.session.providerId, provider),
      contract: versionOf(provider?.contractId ?? '', contract),
      partner: versionOf(signIn.session.partnerId, partner),
    },
  };
}

const versionOf = (id: string, record: Pick<Managed, 'version'> | undefined): JudgedRecord => ({
  id,
  version: record?.version ?? 0,
});
