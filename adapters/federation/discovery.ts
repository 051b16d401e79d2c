import * as z from 'zod/mini';
import type { ProviderMetadata } from '../../core/federation/identity-provider.ts';

const address = z.string().check(z.minLength(1), z.maxLength(2000));
const document = z.object({
  issuer: z.string(),
  authorization_endpoint: address,
  token_endpoint: address,
  jwks_uri: address,
  authorization_response_iss_parameter_supported: z._default(z.boolean(), false),
});

/** Why the metadata of an issuer cannot be used. */
export type MetadataFault = 'no_document' | 'other_issuer' | 'document';

/**
 * Reads what an identity provider publishes (OpenID Connect Discovery 1.0 §4).
 * @param readJson rejects if there is no document at an address
 */
export async function readProviderMetadata(
  readJson: (address: string) => Promise<unknown>,
  issuer: string,
): Promise<ProviderMetadata | MetadataFault> {
  const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer;
  const read = await readJson(`${base}/.well-known/openid-configuration`).catch(() => undefined);
  if (read === undefined) return 'no_document';
  const { data } = document.safeParse(read);
  if (data === undefined) return 'document';
  if (data.issuer !== issuer) return 'other_issuer';
  return {
    authorizationEndpoint: data.authorization_endpoint,
    tokenEndpoint: data.token_endpoint,
    jwksUri: data.jwks_uri,
    namesItself: data.authorization_response_iss_parameter_supported,
  };
}
