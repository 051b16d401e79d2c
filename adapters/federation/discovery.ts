import * as z from 'zod/mini';
import type { IdentityProvider, ProviderMetadata } from '../../core/federation/identity-provider.ts';
import { isSharedIssuer } from '../../core/federation/provider-rules.ts';

const address = z.string().check(z.minLength(1), z.maxLength(2000));
const names = z.array(z.string());
/** Metadata has these values where it leaves a member out (OpenID Connect Discovery 1.0 §3). */
const document = z.object({
  issuer: z.string(),
  authorization_endpoint: address,
  token_endpoint: address,
  jwks_uri: address,
  userinfo_endpoint: z.exactOptional(address),
  response_types_supported: z._default(names, ['code']),
  response_modes_supported: z._default(names, ['query']),
  grant_types_supported: z._default(names, ['authorization_code']),
  code_challenge_methods_supported: z.exactOptional(names),
  id_token_signing_alg_values_supported: z.exactOptional(names),
  token_endpoint_auth_methods_supported: z._default(names, ['client_secret_basic']),
  authorization_response_iss_parameter_supported: z._default(z.boolean(), false),
});
type Document = z.infer<typeof document>;

/** What a provider's record wants of its metadata. */
export type WantedProvider = Pick<IdentityProvider, 'issuer' | 'algorithm' | 'authentication'>;

/** Why the metadata of an issuer cannot be used. */
export const metadataFaults = [
  'shared_issuer',
  'no_document',
  'document',
  'other_issuer',
  'endpoint_address',
  'code_flow',
  'pkce',
  'algorithm_not_offered',
  'authentication_not_offered',
] as const;
export type MetadataFault = (typeof metadataFaults)[number];

/** What an issuer publishes, or why it cannot be used. */
export type ReadMetadata =
  { readonly metadata: ProviderMetadata } | { readonly faults: readonly MetadataFault[] };

/**
 * Reads what an identity provider publishes (OpenID Connect Discovery 1.0 §4), and tells whether the provider can be
 * used as its record wants.
 * @param readJson rejects if there is no document at an address
 */
export async function readProviderMetadata(
  readJson: (address: string) => Promise<unknown>,
  wanted: WantedProvider,
): Promise<ReadMetadata> {
  const { issuer } = wanted;
  const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer;
  const read = await readJson(`${base}/.well-known/openid-configuration`).catch(() => undefined);
  if (read === undefined) return { faults: ['no_document'] };
  const { data } = document.safeParse(read);
  if (data === undefined) return { faults: ['document'] };
  if (isSharedIssuer(data.issuer)) return { faults: ['shared_issuer'] };
  if (data.issuer !== issuer) return { faults: ['other_issuer'] };
  const faults = faultsOf(data, wanted);
  return faults.length > 0 ? { faults } : { metadata: metadataOf(data) };
}

function faultsOf(
  document: Document,
  { issuer, algorithm, authentication }: WantedProvider,
): readonly MetadataFault[] {
  const endpoints = [
    document.authorization_endpoint,
    document.token_endpoint,
    document.jwks_uri,
    document.userinfo_endpoint,
  ];
  const isCodeFlow =
    document.response_types_supported.includes('code') &&
    document.response_modes_supported.includes('query') &&
    document.grant_types_supported.includes('authorization_code');
  const faults: MetadataFault[] = [];
  if (!endpoints.every((each) => each === undefined || isAsSafeAs(issuer, each))) {
    faults.push('endpoint_address');
  }
  if (!isCodeFlow) faults.push('code_flow');
  if (document.code_challenge_methods_supported?.includes('S256') === false) faults.push('pkce');
  if (document.id_token_signing_alg_values_supported?.includes(algorithm) === false) {
    faults.push('algorithm_not_offered');
  }
  if (!document.token_endpoint_auth_methods_supported.includes(authentication)) {
    faults.push('authentication_not_offered');
  }
  return faults;
}

/** Tells whether an endpoint has https, as its issuer has; only on the local twin neither does. */
function isAsSafeAs(issuer: string, endpoint: string): boolean {
  const url = URL.parse(endpoint);
  if (url?.username !== '' || url.password !== '' || endpoint.includes('#')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && issuer.startsWith('http:'));
}

const metadataOf = (document: Document): ProviderMetadata => ({
  authorizationEndpoint: document.authorization_endpoint,
  tokenEndpoint: document.token_endpoint,
  jwksUri: document.jwks_uri,
  ...(document.userinfo_endpoint !== undefined && { userinfoEndpoint: document.userinfo_endpoint }),
  namesItself: document.authorization_response_iss_parameter_supported,
});
