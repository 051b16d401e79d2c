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

/** A decoded token, and the result of the signature check against the issuer's keys. */
export interface TokenParts extends DecodedToken {
  readonly signature: SignatureResult;
}

/** Everything that a decision follows from. */
export interface CallParts extends Omit<CallFacts, 'route'> {
  /** Absent if the call had no token that could be decoded. */
  readonly token?: TokenParts;
  /** The `iss` values of the pool's tokens and of our own. */
  readonly issuers: AccessTokenIssuers;
  /** The record of the issuer, if the token has any other `iss` and that issuer is registered. */
  readonly issuer?: Issuer;
  /** The method and the path of the call, without the query. */
  readonly method: string;
  readonly path: string;
}

/** The explanation of a decision, rule by rule. */
export interface Explanation {
  readonly decision: Evaluation['decision'];
  /** The rule that decided, as the authorizer logs it. */
  readonly rule: Evaluation['rule'];
  /** The code that the caller is told. */
  readonly denyCode?: DenyCode;
  /** Every rule that applies to the call, in order. */
  readonly rules: readonly {
    readonly rule: AuthorizationRule;
    readonly outcome: 'passed' | 'failed' | 'not reached';
    /** What the rule requires or, if it failed, why. */
    readonly why: string;
  }[];
}

/**
 * Repeats a decision of the authorizer by the same rules, and says what each rule found. It uses only
 * the given parts: it looks nothing up, verifies no signature and calls nothing.
 */
export const explain = (parts: CallParts): Explanation =>
  explanationOf(evaluateAgain(parts), isThirdParty(parts));

/**
 * Returns what each rule that applies to the token has found.
 * @param describe says what a rule requires that did not fail
 */
export function explanationOf(
  evaluation: Evaluation,
  isThirdPartyToken: boolean,
  describe: (rule: AuthorizationRule) => string = (rule) => ruleDescriptions[rule],
): Explanation {
  const applicableRules = isThirdPartyToken ? rules : rules.filter((rule) => !thirdPartyRules.includes(rule));
  const decidedAt =
    evaluation.decision === 'allow' ? applicableRules.length : applicableRules.indexOf(evaluation.rule);
  const outcomeAt = (index: number): Explanation['rules'][number]['outcome'] => {
    if (index < decidedAt) return 'passed';
    return index === decidedAt ? 'failed' : 'not reached';
  };
  return {
    decision: evaluation.decision,
    rule: evaluation.rule,
    ...(evaluation.decision === 'deny' && { denyCode: evaluation.denyCode }),
    rules: applicableRules.map((rule, index) => ({
      rule,
      outcome: outcomeAt(index),
      why: index === decidedAt && 'why' in evaluation ? evaluation.why : describe(rule),
    })),
  };
}

const isThirdParty = ({ token, issuers }: CallParts): boolean =>
  token !== undefined && !isAccessTokenIssuer(issuers, token.claims['iss']);

function evaluateAgain(parts: CallParts): Evaluation {
  const principal = findPrincipal(parts);
  if ('rule' in principal) return unauthorized(principal);
  const {
    method,
    path,
    standing: {
      clientContext: { client },
    },
  } = parts;
  const called = calledRoute(client?.routes ?? [], method, path);
  return evaluate(principal, { ...parts, route: called ?? { method, path } });
}

function findPrincipal(parts: CallParts): Principal | UnauthorizedReason {
  const { token, issuers, issuer, now } = parts;
  if (token === undefined) return malformedToken;
  if (!isThirdParty(parts)) {
    const result = checkAccessToken(token, issuers, token.signature, now);
    return 'rule' in result ? result : principalOfAccessToken(result, issuers.publicUrl);
  }
  if (issuer === undefined) return unknownIssuer;
  const keys = keysFor(token, issuer.keys, now);
  const signer = token.signature === 'verified' && !('rule' in keys) ? keys[0] : undefined;
  const result = checkThirdPartyToken(token, issuer, signer, now);
  return result.accepted ? principalOfThirdPartyToken(result.token, issuer, issuers.publicUrl) : result;
}
