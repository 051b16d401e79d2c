import type { Environment } from '../catalogue/environment.ts';
import type { Route } from '../catalogue/route.ts';
import type { Contract } from '../contracts/records.ts';
import type { ClientContext } from '../clients/client-context.ts';
import { contractEnd } from '../contracts/in-force.ts';
import { type InactiveReason, effectiveScopes, findInactiveReason } from '../clients/in-force.ts';
import { createIpMatcher } from '../network/ip-matcher.ts';
import type { ClientMapping } from '../clients/client-mapping.ts';
import type { Principal, UnauthorizedReason } from './principal.ts';
import { memoize } from '../cache.ts';
import { denialReasons, type AuthorizationRule } from './rules.ts';

/** Why a call of a good token is refused: a stable code that the caller is told. */
export type DenyCode = InactiveReason['code'] | 'address_not_allowed' | 'insufficient_scope';

/** What is known of a call, beside who holds its token. */
export interface CallFacts {
  readonly now: Date;
  readonly environment: Environment;
  /** Products whose routes take third parties' own tokens. */
  readonly thirdPartyProducts: readonly string[];
  readonly isRevoked: boolean;
  readonly clientContext: ClientContext;
  /** Of the connection, never of a header. */
  readonly sourceIp: string;
  /** The route that the gateway has found for it; `path` has its parameters in braces. */
  readonly route: { readonly method: string; readonly path: string };
}

/** What the token opens from that address. */
export interface EffectiveAccess {
  readonly client: ClientMapping;
  readonly scopes: readonly string[];
  /** The end of the contract. */
  readonly until?: Date;
}

/** What became of a call, and the rule that decided; `all` where every one holds. */
export type Evaluation =
  | { readonly decision: 'unauthorized'; readonly rule: AuthorizationRule; readonly why: string }
  | {
      readonly decision: 'deny';
      readonly rule: AuthorizationRule;
      /** What exactly, where `rule` is about client, contract or partner. */
      readonly fault?: InactiveReason['rule'] | 'client_of_another_partner';
      readonly why: string;
      readonly denyCode: DenyCode;
      /** Other routes that it opens nevertheless. */
      readonly access?: EffectiveAccess;
    }
  | { readonly decision: 'allow'; readonly rule: 'all'; readonly access: EffectiveAccess };

/** Of a token that is not believed. */
export const unauthorized = ({ rule, why }: UnauthorizedReason): Evaluation => ({
  decision: 'unauthorized',
  rule,
  why,
});

/** WF-10, WF-11, X-9: holds the call of a good token to the rules that are left, in their order. Anything undecided is a deny. */
export function evaluate(
  principal: Principal,
  { now, environment, thirdPartyProducts, isRevoked, clientContext, sourceIp, route }: CallFacts,
): Evaluation {
  if (isRevoked) return unauthorized({ rule: 'revoked', why: 'The token is revoked.' });

  const { client, contract } = clientContext;
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
  const fault = findInactiveReason(clientContext, now, environment);
  if (fault !== undefined || client === undefined || contract === undefined) {
    return denyInactive(fault ?? { code: 'client_inactive', rule: 'client_missing' });
  }

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

  const access = effectiveAccess(principal, client, contract);
  const called = client.routes.find(({ method, path }) => path === route.path && method === route.method);
  const closed = findRouteDenial(principal, client, called, access);
  if (closed === undefined) return { decision: 'allow', rule: 'all', access };
  return {
    decision: 'deny',
    denyCode: 'insufficient_scope',
    ...closed,
    ...(access.scopes.length > 0 && { access }),
  };
}

function denyInactive({ code, rule }: InactiveReason): Evaluation {
  return { decision: 'deny', rule: ruleOfCode[code], fault: rule, why: denialReasons[rule], denyCode: code };
}
const ruleOfCode = {
  client_inactive: 'client',
  contract_inactive: 'contract',
  partner_inactive: 'partner',
} as const;

// Records serve many calls.
const addressMatcherOf = memoize(({ ipRanges }: Pick<ClientMapping, 'ipRanges'>) =>
  createIpMatcher(ipRanges),
);

const accessUnderContract = memoize((client: ClientMapping) =>
  memoize((contract: Contract) => {
    const until = contractEnd(contract);
    return { client, scopes: effectiveScopes({ client, contract }), ...(until !== undefined && { until }) };
  }),
);

function effectiveAccess(principal: Principal, client: ClientMapping, contract: Contract): EffectiveAccess {
  const inForce = accessUnderContract(client)(contract);
  return {
    ...inForce,
    scopes: isIntendedFor(principal, client)
      ? inForce.scopes.filter((scope) => principal.scopes?.includes(scope) ?? true)
      : [],
  };
}

const isIntendedFor = ({ products }: Principal, { product }: ClientMapping): boolean =>
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
  const without = !client.scopes.includes(called.scope)
    ? 'client'
    : principal.scopes?.includes(called.scope) === false
      ? 'token'
      : 'contract';
  return { rule: 'scope', why: `The ${without} does not have the scope ${called.scope}.` };
}
