import { calledRoute } from '../catalogue/called-route.ts';
import { secondsAfter } from '../clock.ts';
import type { LifecycleStatus, Managed, RecordChange } from '../lifecycle/lifecycle.ts';
import type { Issuer } from '../trust/records.ts';
import { unknownIssuer } from '../trust/token-rules.ts';
import { clockSkewSeconds } from '../trust/verification.ts';
import { cacheSeconds } from './authorize.ts';
import { type CallFacts, evaluate, type Evaluation, unauthorized } from './evaluate.ts';
import type { EvaluationFacts, JudgedRecord } from './evaluation-facts.ts';
import { type Explanation, explanationOf } from './explain.ts';
import type { UnauthorizedReason } from './principal.ts';
import { type AuthorizationRule, ruleDescriptions, rules } from './rules.ts';

/** Why an evaluation id tells nothing. */
export type EvaluationIdFault = keyof typeof evaluationIdFaults;

/** What an operator is told of an evaluation id that tells nothing. */
export const evaluationIdFaults = {
  malformed: 'An evaluationId as it was answered, whole: a part is missing, or it is another text.',
  not_sealed:
    'A sealed evaluationId. This is the id of an invocation of the authorizer, whose log has the line of the decision.',
  other_stage: 'An evaluationId of this stage. Another stage has made this one: ask its operator API.',
  expired: 'An evaluationId of the last 28 days.',
  not_opened:
    'An evaluationId that this stage has sealed. This one was changed or forged, or its key has been replaced.',
  other_version: 'An evaluationId of a version of Sallyport that seals in the same form as this one.',
} as const;

/** What is there now of all that an evaluation followed from. */
export interface PresentFacts extends Omit<CallFacts, 'sourceIp' | 'route'> {
  /** The record of the token's issuer, if it is a third party's token and the record is still there. */
  readonly issuer?: Issuer;
  readonly catalogueVersion: string;
}

/** A record, or the catalogue, that is another one than it was when the call was judged. */
export interface ChangeSince {
  readonly kind:
    'client' | 'contract' | 'partner' | 'user' | 'issuer' | 'application' | 'identity_provider' | 'catalogue';
  /** Absent for the catalogue. */
  readonly id?: string;
  /** The version that was judged; absent if there was no record. */
  readonly was?: number | string;
  /** The present version; absent if the record is gone. */
  readonly is?: number | string;
  readonly status?: LifecycleStatus;
  /** The changes of the record since then, oldest first. */
  readonly changes: readonly RecordChange[];
}

/** What an evaluation id tells: what was decided then, what has changed since, and what would be decided now. */
export interface EvaluationExplanation {
  readonly evaluation: Omit<
    EvaluationFacts,
    'principal' | 'clients' | 'user' | 'signIn' | 'denial' | 'token'
  > &
    Pick<EvaluationFacts['principal'], 'clientId' | 'userId' | 'earlierClientIds' | 'grant' | 'scopes'> &
    Partial<NonNullable<EvaluationFacts['denial']>> & {
      readonly decision: 'allow' | 'deny';
      readonly contractId?: string;
      readonly partnerId?: string;
      readonly issuer?: string;
      readonly tokenExpiresAt: Date;
      /** Until then, API Gateway may have answered further calls by the same evaluation. */
      readonly reusedUntil: Date;
    };
  readonly changed: readonly ChangeSince[];
  readonly now: Explanation;
}

/**
 * Explains an evaluation from its facts and the present records. Its token is not there any more, so its
 * signature, header and audience are not judged again.
 * @param route the route of the call in question, if it is another one than that of the evaluation: as in the
 * catalogue, or the path that was called
 */
export function explainEvaluation(
  facts: EvaluationFacts,
  present: PresentFacts,
  route: EvaluationFacts['route'] = facts.route,
): EvaluationExplanation {
  return {
    evaluation: evaluationOf(facts),
    changed: changesSince(facts, present),
    now: explanationOf(evaluateNow(facts, present, route), isThirdPartyToken(facts), describeNow),
  };
}

const isThirdPartyToken = ({ principal }: EvaluationFacts): boolean => principal.trustedFor !== undefined;

function evaluationOf(facts: EvaluationFacts): EvaluationExplanation['evaluation'] {
  const { principal, token, clients, denial } = facts;
  const { contract, partner } = clients[0] ?? {};
  return {
    at: facts.at,
    reusedUntil: secondsAfter(facts.at, cacheSeconds),
    invocationId: facts.invocationId,
    decision: denial === undefined ? 'allow' : 'deny',
    rule: facts.rule,
    ...denial,
    clientId: principal.clientId,
    ...(contract !== undefined && { contractId: contract.id }),
    ...(partner !== undefined && { partnerId: partner.id }),
    ...(principal.userId !== undefined && { userId: principal.userId }),
    ...(token.issuer !== undefined && { issuer: token.issuer.id }),
    earlierClientIds: principal.earlierClientIds,
    ...(principal.grant !== undefined && { grant: principal.grant }),
    ...(principal.scopes !== undefined && { scopes: principal.scopes }),
    tokenExpiresAt: token.expiresAt,
    sourceIp: facts.sourceIp,
    route: facts.route,
    catalogueVersion: facts.catalogueVersion,
  };
}

function evaluateNow(
  facts: EvaluationFacts,
  present: PresentFacts,
  route: EvaluationFacts['route'],
): Evaluation {
  const reason = findTokenFault(facts, present);
  if (reason !== undefined) return unauthorized(reason);
  const routes = present.standing.clientContext.client?.routes ?? [];
  return evaluate(facts.principal, {
    ...present,
    sourceIp: facts.sourceIp,
    route: calledRoute(routes, route.method, route.path) ?? route,
  });
}

/** Finds what refuses the token now, among the rules that need no token. */
function findTokenFault(
  facts: EvaluationFacts,
  { issuer, now }: PresentFacts,
): UnauthorizedReason | undefined {
  const isThirdParty = isThirdPartyToken(facts);
  if (isThirdParty && issuer?.status !== 'active') {
    return issuer === undefined
      ? unknownIssuer
      : { rule: 'issuer', why: `The issuer is not switched on: ${issuer.status}.` };
  }
  if (now >= secondsAfter(facts.token.expiresAt, isThirdParty ? clockSkewSeconds : 0)) {
    return { rule: 'expiry', why: 'The token has expired.' };
  }
  if (isThirdParty && issuer?.uses.includes('bearer') !== true) {
    return { rule: 'use', why: "The issuer's tokens are not taken on calls." };
  }
  return undefined;
}

/** The rules up to `use` about the token whose parts are not there any more. */
const notJudgedAgain: readonly AuthorizationRule[] = rules
  .slice(0, rules.indexOf('use'))
  .filter((rule) => rule !== 'issuer' && rule !== 'expiry');

const describeNow = (rule: AuthorizationRule): string =>
  notJudgedAgain.includes(rule)
    ? 'It held when the call was judged. It is not judged again, because the evaluation id does not hold the token.'
    : ruleDescriptions[rule];

function changesSince(facts: EvaluationFacts, present: PresentFacts): readonly ChangeSince[] {
  const { standing, issuer, catalogueVersion } = present;
  const contexts = [standing.clientContext, ...standing.earlierContexts];
  const compared = [
    ...facts.clients.flatMap(({ client, contract, partner }, index) => [
      changeOf('client', client, contexts[index]?.client),
      changeOf('contract', contract, contexts[index]?.contract),
      changeOf('partner', partner, contexts[index]?.partner),
    ]),
    changeOf('user', facts.user, standing.user),
    changeOf('application', facts.signIn?.application, standing.signIn?.context?.application),
    changeOf('identity_provider', facts.signIn?.provider, standing.signIn?.context?.provider),
    changeOf('contract', facts.signIn?.contract, standing.signIn?.context?.contract),
    changeOf('partner', facts.signIn?.partner, standing.signIn?.context?.partner),
    changeOf('issuer', facts.token.issuer, issuer),
  ].flatMap((change) => (change === undefined ? [] : [change]));
  return facts.catalogueVersion === catalogueVersion
    ? compared
    : [...compared, { kind: 'catalogue', was: facts.catalogueVersion, is: catalogueVersion, changes: [] }];
}

function changeOf(
  kind: Exclude<ChangeSince['kind'], 'catalogue'>,
  was: JudgedRecord | undefined,
  record: Managed | undefined,
): ChangeSince | undefined {
  if (was === undefined || was.version === (record?.version ?? 0)) return undefined;
  return {
    kind,
    id: was.id,
    ...(was.version > 0 && { was: was.version }),
    ...(record !== undefined && { is: record.version, status: record.status }),
    changes: record === undefined ? [] : changesAfter(record, was),
  };
}

/** Returns the changes since the judged version. Each change is one version, but only the latest fifty are kept. */
function changesAfter({ version, changes }: Managed, was: JudgedRecord): readonly RecordChange[] {
  const count = version > was.version ? version - was.version : changes.length;
  return changes.slice(-count);
}
