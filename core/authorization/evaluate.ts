import type { Environment } from '../catalogue/environment.ts';
import type { Route } from '../catalogue/catalogue.ts';
import type { Contract, Standing } from '../contracts/records.ts';
import { inForceUntil, type NotInForce, scopesInForce, whyNotInForce } from '../contracts/standing.ts';
import { createIpMatcher } from '../network/ip-matcher.ts';
import type { ClientMapping } from './client-mapping.ts';
import type { Holder, Refusal } from './holder.ts';
import { oncePer } from '../remembered.ts';
import { faults, type Rule } from './rules.ts';

/** Why a call of a good token is refused: a stable code that the caller is told. */
export type DenyCode = NotInForce['code'] | 'address_not_allowed' | 'insufficient_scope';

/** What is known of a call, beside who holds its token. */
export interface CallFacts {
  readonly now: Date;
  readonly environment: Environment;
  /** Products whose routes take third parties' own tokens. */
  readonly thirdPartyProducts: readonly string[];
  readonly isRevoked: boolean;
  readonly standing: Standing;
  /** Of the connection, never of a header. */
  readonly sourceIp: string;
  /** The route that the gateway has found for it; `path` has its parameters in braces. */
  readonly route: { readonly method: string; readonly path: string };
}

/** What the token opens from that address. */
export interface Opening {
  readonly client: ClientMapping;
  readonly scopes: readonly string[];
  /** The end of the contract. */
  readonly until?: Date;
}

/** What became of a call, and the rule that decided; `all` where every one holds. */
export type Evaluation =
  | { readonly decision: 'unauthorized'; readonly rule: Rule; readonly why: string }
  | {
      readonly decision: 'deny';
      readonly rule: Rule;
      /** What exactly, where `rule` is about client, contract or partner. */
      readonly fault?: NotInForce['rule'] | 'client_of_another_partner';
      readonly why: string;
      readonly denyCode: DenyCode;
      /** Other routes that it opens nevertheless. */
      readonly opening?: Opening;
    }
  | { readonly decision: 'allow'; readonly rule: 'all'; readonly opening: Opening };

/** Of a token that is not believed. */
export const unauthorized = ({ rule, why }: Refusal): Evaluation => ({ decision: 'unauthorized', rule, why });

/** WF-10, WF-11, X-9: holds the call of a good token to the rules that are left, in their order. Anything undecided is a deny. */
export function evaluate(
  holder: Holder,
  { now, environment, thirdPartyProducts, isRevoked, standing, sourceIp, route }: CallFacts,
): Evaluation {
  if (isRevoked) return unauthorized({ rule: 'revoked', why: 'The token is revoked.' });

  const { client, contract } = standing;
  if (client !== undefined && holder.trustedFor !== undefined && holder.trustedFor !== client.partnerId) {
    return {
      decision: 'deny',
      rule: 'client',
      fault: 'client_of_another_partner',
      why: "The issuer is trusted for another partner than its client's.",
      denyCode: 'client_inactive',
    };
  }
  const fault = whyNotInForce(standing, now, environment);
  if (fault !== undefined || client === undefined || contract === undefined) {
    return notInForce(fault ?? { code: 'client_inactive', rule: 'client_missing' });
  }

  const deny = (rule: Rule, denyCode: DenyCode, why: string): Evaluation => ({
    decision: 'deny',
    rule,
    denyCode,
    why,
  });
  if (holder.trustedFor !== undefined && !thirdPartyProducts.includes(client.product)) {
    return deny('product', 'insufficient_scope', "The product takes no third parties' tokens on calls.");
  }
  if (!addressesOf(client)(sourceIp)) {
    return deny('address', 'address_not_allowed', "The address is none of the client's.");
  }
  if (contract.ipRanges.length > 0 && !addressesOf(contract)(sourceIp)) {
    return deny('address', 'address_not_allowed', "The address is none of the contract's.");
  }
  if (client.apiKey === '') return deny('plan', 'client_inactive', 'The client has no API key.');

  const opening = openingOf(holder, client, contract);
  const called = client.routes.find(({ method, path }) => path === route.path && method === route.method);
  const closed = whyClosed(holder, client, called, opening);
  if (closed === undefined) return { decision: 'allow', rule: 'all', opening };
  return {
    decision: 'deny',
    denyCode: 'insufficient_scope',
    ...closed,
    ...(opening.scopes.length > 0 && { opening }),
  };
}

function notInForce({ code, rule }: NotInForce): Evaluation {
  return { decision: 'deny', rule: subjects[code], fault: rule, why: faults[rule], denyCode: code };
}
const subjects = {
  client_inactive: 'client',
  contract_inactive: 'contract',
  partner_inactive: 'partner',
} as const;

// Records serve many calls.
const addressesOf = oncePer(({ ipRanges }: Pick<ClientMapping, 'ipRanges'>) => createIpMatcher(ipRanges));

const inForceOf = oncePer((client: ClientMapping) =>
  oncePer((contract: Contract) => {
    const until = inForceUntil({ contract });
    return { client, scopes: scopesInForce({ client, contract }), ...(until !== undefined && { until }) };
  }),
);

function openingOf(holder: Holder, client: ClientMapping, contract: Contract): Opening {
  const inForce = inForceOf(client)(contract);
  return {
    ...inForce,
    scopes: isMeantFor(holder, client)
      ? inForce.scopes.filter((scope) => holder.scopes?.includes(scope) ?? true)
      : [],
  };
}

const isMeantFor = ({ products }: Holder, { product }: ClientMapping): boolean =>
  products?.includes(product) ?? true;

function whyClosed(
  holder: Holder,
  client: ClientMapping,
  called: Route | undefined,
  { scopes }: Opening,
): { readonly rule: Rule; readonly why: string } | undefined {
  if (called === undefined) return { rule: 'route', why: "The route is none of the client's product." };
  if (!isMeantFor(holder, client)) return { rule: 'route', why: 'The token is meant for another product.' };
  if (scopes.includes(called.scope)) return undefined;
  const without = !client.scopes.includes(called.scope)
    ? 'client'
    : holder.scopes?.includes(called.scope) === false
      ? 'token'
      : 'contract';
  return { rule: 'scope', why: `The ${without} does not have the scope ${called.scope}.` };
}
