import type { InactiveReason } from '../clients/in-force.ts';
import type { SignInFault } from '../federation/in-force.ts';
import { tokenRules } from '../trust/verification.ts';

/**
 * The rules that a call must pass, in this order; the first rule that fails decides. The rules up to
 * `revoked` are about the token, those from `client` to `user` about whom it depends on. Those up to `plan` apply
 * to every call with that token from that address. The rules about the called route come last.
 */
export const rules = [
  ...tokenRules,
  'use',
  'revoked',
  'client',
  'contract',
  'partner',
  'earlier_client',
  'grant',
  'user',
  'session',
  'sign_in',
  'product',
  'address',
  'plan',
  'route',
  'scope',
] as const;
export type AuthorizationRule = (typeof rules)[number];

/** The rules that apply only to third parties' tokens. */
export const thirdPartyRules: readonly AuthorizationRule[] = ['principal', 'use', 'product'];

/** What each rule requires, in words for operators. */
export const ruleDescriptions: Readonly<Record<AuthorizationRule, string>> = {
  malformed: 'The call carries one token: a JWS in compact form whose header and payload are JSON objects.',
  issuer: 'The issuer of the token is registered.',
  kid: "The issuer has the key that the token names, and the key's certificate is valid.",
  alg: 'The algorithm is the one that is pinned to the key.',
  header:
    'The header names no key to fetch or to trust and no critical extension, and its type is one of a token.',
  signature: 'The signature was made with that key.',
  expiry: 'The token has not expired.',
  not_before: 'The token is already valid.',
  issued_at: 'The token says when it was issued.',
  lifetime: 'The token lives no longer than tokens of its issuer may: as registered, or one hour for ours.',
  audience: 'The audience of the token is this API, or one that is registered for its issuer.',
  principal: 'The token names a user.',
  claims: 'The token says whom it was issued to and for what, and sets no limit that is not understood.',
  use: "The issuer's tokens are accepted on calls, and the token is not one for a login.",
  revoked: 'The token is not revoked, and was not used up as a login or an assertion.',
  client: 'The client is active.',
  contract: "The client's contract is in force here and now.",
  partner: 'The partner is active.',
  earlier_client:
    'If the token was exchanged, the clients whose token it was, their contracts and partners are in force.',
  grant: 'Contract and environment allow the grant by which the token was issued.',
  user: 'If the token names a user, it is an active one of the partner that the token was first issued to.',
  session: 'If a person has signed in for the token, the session has neither ended nor expired.',
  sign_in:
    'If a person has signed in for the token, the application, the identity provider, and the partner with its contract are in force.',
  product: "The product takes third parties' tokens on calls.",
  address: 'The call comes from an address of the client and of its contract.',
  plan: 'The client has an API key, under which its rate plan counts.',
  route: "The route is one of the client's product, and of the token's audience.",
  scope: 'Token, client and contract all have the scope of the route.',
};

/** Who lets nobody sign in, in words for operators. */
export const signInFaults: Readonly<Record<SignInFault, string>> = {
  application: 'The application is not active here, or does not admit the partner.',
  client: "The application's client, its contract or its grant authorization_code is not in force.",
  provider: 'The identity provider is not active.',
  contract: "The partner's contract, or its grant authorization_code, is not in force here and now.",
  partner: 'The partner that the person signed in from is not active.',
};

/** The exact reason why a client, contract or partner is not in force, in words for operators. */
export const denialReasons: Readonly<Record<InactiveReason['rule'], string>> = {
  client_missing: 'There is no such client.',
  client_draft: 'The client is not activated yet.',
  client_suspended: 'The client is suspended.',
  client_ended: 'The client has ended.',
  contract_missing: "The client's contract is not there.",
  contract_of_another_partner: "The client's contract is another partner's.",
  contract_draft: 'The contract is not activated yet.',
  contract_suspended: 'The contract is suspended.',
  contract_ended: 'The contract has ended.',
  contract_not_begun: 'The contract has not begun yet.',
  contract_over: "The contract's time is over.",
  contract_other_environment: 'The contract is for other environments.',
  partner_missing: 'The partner is not there.',
  partner_draft: 'The partner is not activated yet.',
  partner_suspended: 'The partner is suspended.',
  partner_ended: 'The partner has ended.',
};
