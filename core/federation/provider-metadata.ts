import type { IdentityProvider } from './identity-provider.ts';

/** What an identity provider publishes of itself, as far as we look at it (OpenID Connect Discovery 1.0 §3). */
export interface PublishedMetadata {
  /** The addresses that we or browsers are to call. */
  readonly endpoints: readonly string[];
  readonly responseTypes: readonly string[];
  readonly responseModes: readonly string[];
  readonly grantTypes: readonly string[];
  /** Absent if the provider says nothing of it. */
  readonly challengeMethods?: readonly string[] | undefined;
  /** Absent if the provider says nothing of it. */
  readonly algorithms?: readonly string[] | undefined;
  readonly authentications: readonly string[];
}

/** Why a provider cannot be used as its record wants. */
export const metadataRules = [
  'endpoint_address',
  'code_flow',
  'pkce',
  'algorithm_not_offered',
  'authentication_not_offered',
] as const;
export type MetadataRule = (typeof metadataRules)[number];

/** What a provider's record wants of its metadata. */
export type WantedProvider = Pick<IdentityProvider, 'issuer' | 'algorithm' | 'authentication'>;

/** Finds the rules that what a provider publishes breaks. */
export function findMetadataFaults(
  published: PublishedMetadata,
  { issuer, algorithm, authentication }: WantedProvider,
): readonly MetadataRule[] {
  const { endpoints, responseTypes, responseModes, grantTypes } = published;
  const isCodeFlow =
    responseTypes.includes('code') &&
    responseModes.includes('query') &&
    grantTypes.includes('authorization_code');
  const isBroken: Readonly<Record<MetadataRule, boolean>> = {
    endpoint_address: !endpoints.every((each) => isAsSafeAs(issuer, each)),
    code_flow: !isCodeFlow,
    pkce: published.challengeMethods?.includes('S256') === false,
    algorithm_not_offered: published.algorithms?.includes(algorithm) === false,
    authentication_not_offered: !published.authentications.includes(authentication),
  };
  return metadataRules.filter((rule) => isBroken[rule]);
}

/** Tells whether an endpoint has https, as its issuer has; only on the local twin neither does. */
function isAsSafeAs(issuer: string, endpoint: string): boolean {
  const url = URL.parse(endpoint);
  if (url?.username !== '' || url.password !== '' || endpoint.includes('#')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && issuer.startsWith('http:'));
}
