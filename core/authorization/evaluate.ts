import type { Route } from '../catalogue/route.ts';
import type { Contract } from '../contracts/records.ts';
import { contractEnd } from '../contracts/in-force.ts';
import { type InactiveReason, effectiveScopes } from '../clients/in-force.ts';
import { createIpMatcher } from '../network/ip-matcher.ts';
import type { ClientMapping } from '../clients/client-mapping.ts';
import type { Principal, UnauthorizedReason } from './principal.ts';
import { memoize } from '../cache.ts';
import {
  endOfStanding,
  findStandingFault,
  scopesOfStanding,
  type Standing,
  type StandingFacts,
  type StandingFault,
} from '../tokens/standing.ts';
import { denialReasons, signInFaults, type AuthorizationRule } from './rules.ts';

/** The reason why a call with a verified token is refused. It is a stable code that the caller is told. */
export type DenyCode =
  InactiveReason['code'] | 'grant_not_allowed' | 'address_not_allowed' | 'insufficient_scope';

/** What is known about a call, apart from its principal. */
export interface CallFacts extends StandingFacts {
  /** The products whose routes accept third parties' own tokens. */
  readonly thirdPartyProducts: readonly string[];
  readonly isRevoked: boolean;
  readonly standing: Standing;
  /** The source address of the connection, never of a header. */
  readonly sourceIp: string;
  /** The route that API Gateway has matched; the parameters in `path` are in braces. */
  readonly route: { readonly method: string; readonly path: string };
}

/** What a token may call from a source address. */
export interface EffectiveAccess {
  readonly client: ClientMapping;
  readonly scopes: readonly string[];
  /** The end of the contract, if it has one. */
  readonly until?: Date;
}

/** The decision on a call, and the rule that decided it; `all` if every rule holds. */
export type Evaluation =
  | { readonly decision: 'unauthorized'; readonly rule: AuthorizationRule; readonly why: string }
  | {
      readonly decision: 'deny';
      readonly rule: AuthorizationRule;
      /** The exact reason, if `rule` is about the client, contract or partner. */
      readonly fault?: InactiveReason['rule'] | 'client_of_another_partner';
      readonly why: string;
      readonly denyCode: DenyCode;
      /** The access that the token has to other routes, if any. */
      readonly access?: EffectiveAccess;
    }
  | { readonly decision: 'allow'; readonly rule: 'all'; readonly access: EffectiveAccess };

/** Builds the evaluation of a call whose token was refused. */
export const unauthorized = ({ rule, why }: UnauthorizedReason): Evaluation => ({
  decision: 'unauthorized',
  rule,
  why,
});

/**
 * Evaluates a call with a verified token against the remaining rules, in their order (WF-10, WF-11, X-9). The
 * call is allowed only if every rule holds.
 */
export function evaluate(principal: Principal, facts: CallFacts): Evaluation {
  const { thirdPartyProducts, isRevoked, standing, sourceIp, route } = facts;
  const fault = findStandingFault(principal, standing, facts);
  if (isRevoked) return unauthorized({ rule: 'revoked', why: 'The token is revoked.' });

  const { client, contract } = standing.clientContext;
  if (
    client !== undefined &&
    principal.trustedFor !== undefined &&
    principal.trustedFor !== client.partnerId
  ) {
    return {
      decision: 'deny',
      rule: 'client',
      fault: 'client_of_another_partner',
      why: "The issuer is trusted for another partner than its client's.",
      denyCode: 'client_inactive',
    };
  }
  if (fault?.party === 'user') {
    return unauthorized({ rule: 'user', why: 'The token names no active user of the partner.' });
  }
  if (fault?.party === 'session') {
    return unauthorized({ rule: 'session', why: 'The session that the token stands on is over.' });
  }
  if (fault !== undefined) return denyFault(fault);
  if (client === undefined || contract === undefined) throw new Error('a client in force has its records');

  const deny = (rule: AuthorizationRule, denyCode: DenyCode, why: string): Evaluation => ({
    decision: 'deny',
    rule,
    denyCode,
    why,
  });
  if (principal.trustedFor !== undefined && !thirdPartyProducts.includes(client.product)) {
    return deny('product', 'insufficient_scope', "The product takes no third parties' tokens on calls.");
  }
  if (!addressMatcherOf(client)(sourceIp)) {
    return deny('address', 'address_not_allowed', "The address is none of the client's.");
  }
  if (contract.ipRanges.length > 0 && !addressMatcherOf(contract)(sourceIp)) {
    return deny('address', 'address_not_allowed', "The address is none of the contract's.");
  }
  if (client.apiKey === '') return deny('plan', 'client_inactive', 'The client has no API key.');

  const access = effectiveAccess(principal, client, contract, standing);
  const calledRoute = client.routes.find(
    ({ method, path }) => path === route.path && method === route.method,
  );
  const routeDenial = findRouteDenial(principal, client, calledRoute, access);
  if (routeDenial === undefined) return { decision: 'allow', rule: 'all', access };
  return {
    decision: 'deny',
    denyCode: 'insufficient_scope',
    ...routeDenial,
    ...(access.scopes.length > 0 && { access }),
  };
}

function denyFault(fault: Exclude<StandingFault, { readonly party: 'user' | 'session' }>): Evaluation {
  if (fault.party === 'sign_in') {
    return {
      decision: 'deny',
      rule: 'sign_in',
      why: signInFaults[fault.fault],
      denyCode: codeOfSignInFault[fault.fault],
    };
  }

  if (fault.party === 'grant') {
    return {
      decision: 'deny',
      rule: 'grant',
      why: 'The contract or the environment does not allow the grant by which the token was issued.',
      denyCode: 'grant_not_allowed',
    };
  }
  const { code, rule } = fault.reason;
  return {
    decision: 'deny',
    rule: fault.party === 'client' ? ruleOfCode[code] : 'earlier_client',
    fault: rule,
    why: denialReasons[rule],
    denyCode: code,
  };
}
const codeOfSignInFault = {
  application: 'client_inactive',
  client: 'client_inactive',
  provider: 'partner_inactive',
  contract: 'contract_inactive',
  partner: 'partner_inactive',
} as const;
const ruleOfCode = {
  client_inactive: 'client',
  contract_inactive: 'contract',
  partner_inactive: 'partner',
} as const;

// The matchers are memoized, because one record serves many calls.
const addressMatcherOf = memoize(({ ipRanges }: Pick<ClientMapping, 'ipRanges'>) =>
  createIpMatcher(ipRanges),
);

/** Memoized for each pair of records, because one pair serves many calls. */
const accessUnderContract = memoize((client: ClientMapping) =>
  memoize((contract: Contract) => {
    const until = contractEnd(contract);
    return { client, scopes: effectiveScopes({ client, contract }), ...(until !== undefined && { until }) };
  }),
);

/** Returns what all clients of a token's parties may call now. */
function accessOfStanding(client: ClientMapping, contract: Contract, standing: Standing): EffectiveAccess {
  if (standing.earlierContexts.length === 0 && standing.signIn === undefined) {
    return accessUnderContract(client)(contract);
  }
  const until = endOfStanding(standing);
  return { client, scopes: scopesOfStanding(standing), ...(until !== undefined && { until }) };
}

function effectiveAccess(
  principal: Principal,
  client: ClientMapping,
  contract: Contract,
  standing: Standing,
): EffectiveAccess {
  const allAccess = accessOfStanding(client, contract, standing);
  if (!isIntendedFor(principal, client)) return { ...allAccess, scopes: [] };
  const { scopes: tokenScopes } = principal;
  if (tokenScopes === undefined) return allAccess;
  return { ...allAccess, scopes: allAccess.scopes.filter((scope) => tokenScopes.includes(scope)) };
}

/** Tells whether the audience of a token includes the client's product. */
export const isIntendedFor = ({ products }: Principal, { product }: ClientMapping): boolean =>
  products?.includes(product) ?? true;

function findRouteDenial(
  principal: Principal,
  client: ClientMapping,
  called: Route | undefined,
  { scopes }: EffectiveAccess,
): { readonly rule: AuthorizationRule; readonly why: string } | undefined {
  if (called === undefined) return { rule: 'route', why: "The route is none of the client's product." };
  if (!isIntendedFor(principal, client)) {
    return { rule: 'route', why: 'The token is meant for another product.' };
  }
  if (scopes.includes(called.scope)) return undefined;
  const lacking = whoLacksScope(principal, client, called.scope);
  return { rule: 'scope', why: `The ${lacking} does not have the scope ${called.scope}.` };
}

function whoLacksScope(
  principal: Principal,
  client: ClientMapping,
  scope: string,
): 'client' | 'token' | 'contract' {
  if (!client.scopes.includes(scope)) return 'client';
  if (principal.scopes?.includes(scope) === false) return 'token';
  return 'contract';
}
