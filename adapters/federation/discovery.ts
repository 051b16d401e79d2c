import * as z from 'zod/mini';
import type { ProviderMetadata } from '../../core/federation/identity-provider.ts';
import {
  findMetadataFaults,
  metadataRules,
  type PublishedMetadata,
  type WantedProvider,
} from '../../core/federation/provider-metadata.ts';
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

/** Why the metadata of an issuer cannot be used. */
export const metadataFaults = [
  'shared_issuer',
  'no_document',
  'document',
  'other_issuer',
  ...metadataRules,
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
  const faults = findMetadataFaults(publishedIn(data), wanted);
  return faults.length > 0 ? { faults } : { metadata: metadataOf(data) };
}

const publishedIn = (document: Document): PublishedMetadata => ({
  endpoints: [
    document.authorization_endpoint,
    document.token_endpoint,
    document.jwks_uri,
    ...(document.userinfo_endpoint === undefined ? [] : [document.userinfo_endpoint]),
  ],
  responseTypes: document.response_types_supported,
  responseModes: document.response_modes_supported,
  grantTypes: document.grant_types_supported,
  challengeMethods: document.code_challenge_methods_supported,
  algorithms: document.id_token_signing_alg_values_supported,
  authentications: document.token_endpoint_auth_methods_supported,
});

const metadataOf = (document: Document): ProviderMetadata => ({
  authorizationEndpoint: document.authorization_endpoint,
  tokenEndpoint: document.token_endpoint,
  jwksUri: document.jwks_uri,
  ...(document.userinfo_endpoint !== undefined && { userinfoEndpoint: document.userinfo_endpoint }),
  namesItself: document.authorization_response_iss_parameter_supported,
});
