import { calledRoute } from '../catalogue/called-route.ts';
import {
  type AccessTokenIssuers,
  isAccessTokenIssuer,
  checkAccessToken,
  type SignatureResult,
} from '../tokens/access-token-rules.ts';
import type { Issuer } from '../trust/records.ts';
import { checkThirdPartyToken, keysFor, type DecodedToken, unknownIssuer } from '../trust/token-rules.ts';
import { type CallFacts, type DenyCode, type Evaluation, evaluate, unauthorized } from './evaluate.ts';
import {
  principalOfThirdPartyToken,
  type Principal,
  principalOfAccessToken,
  malformedToken,
  type UnauthorizedReason,
} from './principal.ts';
import { ruleDescriptions, type AuthorizationRule, rules, thirdPartyRules } from './rules.ts';

/** A token taken apart, and what the issuer's keys say of its signature. */
export interface TokenParts extends DecodedToken {
  readonly signature: SignatureResult;
}

/** Everything that a decision follows from. */
export interface CallParts extends Omit<CallFacts, 'route'> {
  /** Absent if the call had none that could be taken apart. */
  readonly token?: TokenParts;
  /** Cognito's and our own `iss`. */
  readonly issuers: AccessTokenIssuers;
  /** The record of any other `iss`, if there is one. */
  readonly issuer?: Issuer;
  /** Whether a third party's token names an active user of its partner. */
  readonly userIsActive: boolean;
  /** As it was called, without query. */
  readonly method: string;
  readonly path: string;
}

export interface Explanation {
  readonly decision: Evaluation['decision'];
  /** The rule that decided, as the authorizer logs it. */
  readonly rule: Evaluation['rule'];
  /** What the caller is told. */
  readonly denyCode?: DenyCode;
  /** Each rule that the call is held to, in order. */
  readonly rules: readonly {
    readonly rule: AuthorizationRule;
    readonly outcome: 'passed' | 'failed' | 'not reached';
    /** What it asks or, where it failed, what is the matter. */
    readonly why: string;
  }[];
}

/** decides again what the authorizer decided, by the same rules, from its parts alone: nothing is looked up, verified or called. */
export function explain(parts: CallParts): Explanation {
  const evaluation = evaluateAgain(parts);
  const held = isThirdParty(parts) ? rules : rules.filter((rule) => !thirdPartyRules.includes(rule));
  const decided = evaluation.decision === 'allow' ? held.length : held.indexOf(evaluation.rule);
  return {
    decision: evaluation.decision,
    rule: evaluation.rule,
    ...(evaluation.decision === 'deny' && { denyCode: evaluation.denyCode }),
    rules: held.map((rule, index) => ({
      rule,
      outcome: index < decided ? 'passed' : index === decided ? 'failed' : 'not reached',
      why: index === decided && 'why' in evaluation ? evaluation.why : ruleDescriptions[rule],
    })),
  };
}

const isThirdParty = ({ token, issuers }: CallParts): boolean =>
  token !== undefined && !isAccessTokenIssuer(issuers, token.claims['iss']);

function evaluateAgain(parts: CallParts): Evaluation {
  const principal = principalIn(parts);
  if ('rule' in principal) return unauthorized(principal);
  const {
    method,
    path,
    clientContext: { client },
  } = parts;
  const called = calledRoute(client?.routes ?? [], method, path);
  return evaluate(principal, { ...parts, route: called ?? { method, path } });
}

function principalIn(parts: CallParts): Principal | UnauthorizedReason {
  const { token, issuers, issuer, userIsActive, now } = parts;
  if (token === undefined) return malformedToken;
  if (!isThirdParty(parts)) {
    const own = checkAccessToken(token, issuers, token.signature, now);
    return 'rule' in own ? own : principalOfAccessToken(own, issuers.publicUrl);
  }
  if (issuer === undefined) return unknownIssuer;
  const keys = keysFor(token, issuer.keys, now);
  const verdict = checkThirdPartyToken(
    token,
    issuer,
    token.signature === 'verified' && !('rule' in keys) ? keys[0] : undefined,
    now,
  );
  return verdict.accepted ? principalOfThirdPartyToken(verdict.token, issuer, userIsActive) : verdict;
}
