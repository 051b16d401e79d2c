import { createIpMatcher } from '../network/ip-matcher.ts';
import type { ClientMapping } from './client-mapping.ts';
import { createPolicies, denyAll, type InvokePolicy, stageArnOf } from './policy.ts';
import { oncePer } from './remembered.ts';

/** What a verified access token says. */
export interface AccessTokenClaims {
  readonly clientId: string;
  readonly scopes: readonly string[];
}

/** Why a call of a good token is refused: a stable code that the caller is told. */
export type DenyCode = 'client_inactive' | 'address_not_allowed' | 'insufficient_scope';

/**
 * The authorizer's answer. API Gateway keeps it for this token and address and reuses it for other calls, so
 * nothing in it describes one call. `denyCode` is what a denial under this policy means.
 */
export interface Authorization {
  readonly principalId: string;
  readonly policyDocument: InvokePolicy;
  readonly context: { readonly clientId: string; readonly partnerId: string; readonly denyCode: DenyCode };
  readonly usageIdentifierKey?: string;
}

export interface AuthorizationRequest {
  readonly methodArn: string;
  /** Of the connection, never of a header. */
  readonly sourceIp: string;
}

// A mapping serves many calls.
const addressesOf = oncePer(({ ipRanges }: ClientMapping) => createIpMatcher(ipRanges));
const policiesOf = oncePer(({ routes }: ClientMapping) => createPolicies(routes));

/** WF-10, WF-11: what the holder of a verified token may call from this address. Anything undecided is a deny. */
export function authorize(claims: AccessTokenClaims, mapping: ClientMapping | undefined, { methodArn, sourceIp }: AuthorizationRequest): Authorization {
  const stageArn = stageArnOf(methodArn);
  const deny = (denyCode: DenyCode): Authorization => ({
    principalId: claims.clientId,
    policyDocument: denyAll(stageArn),
    context: { clientId: claims.clientId, partnerId: mapping?.partnerId ?? '', denyCode },
  });

  if (mapping?.status !== 'active') return deny('client_inactive');
  if (!addressesOf(mapping)(sourceIp)) return deny('address_not_allowed');
  const scopes = claims.scopes.filter((scope) => mapping.scopes.includes(scope));
  return {
    principalId: claims.clientId,
    policyDocument: policiesOf(mapping)(stageArn, scopes),
    context: { clientId: claims.clientId, partnerId: mapping.partnerId, denyCode: 'insufficient_scope' },
    usageIdentifierKey: mapping.apiKey,
  };
}
