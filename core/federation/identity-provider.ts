import type { Managed } from '../lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';

/** The algorithms that an identity provider may sign ID tokens with. */
export const idTokenAlgorithms = ['RS256', 'PS256', 'ES256'] as const;

/** How we authenticate to an identity provider (OpenID Connect Core 1.0 §9). */
export const providerAuthentications = ['client_secret_basic', 'client_secret_post'] as const;

/** The addresses that an identity provider publishes (OpenID Connect Discovery 1.0 §3). */
export interface ProviderMetadata {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  /** Absent if it has none. */
  readonly userinfoEndpoint?: string;
  /** Whether the provider says who it is when it sends the browser back (RFC 9207 §3). */
  readonly namesItself: boolean;
}

/** A partner's identity provider: where its users sign in (FED-1). */
export interface IdentityProvider extends Managed {
  /** Part of the address that the provider sends browsers back to, so it never changes. */
  readonly providerId: string;
  readonly partnerId: string;
  /** The partner's contract that its users' access stands on. */
  readonly contractId: string;
  /** What people know the company by. */
  readonly displayName: string;
  /** The `iss` of its ID tokens, character by character. */
  readonly issuer: string;
  /** Our client at the provider. */
  readonly clientId: string;
  readonly authentication: (typeof providerAuthentications)[number];
  /** The secret of our client, encrypted by KMS for the function that signs people in. */
  readonly sealedSecret: string;
  /** The only algorithm that its ID tokens may be signed with. */
  readonly algorithm: (typeof idTokenAlgorithms)[number];
  /** The domains of the e-mail addresses that it may vouch for, in lower case. No other provider has them. */
  readonly domains: readonly string[];
  readonly metadata: ProviderMetadata;
  /** ISO 8601. Sessions from before do not count any more. Set by the activation after a draft or a suspension. */
  readonly signInsFrom?: string;
  /** What it is to have in place of its present content. It waits for an approver. */
  readonly proposed?: ProviderContent;
}

/** What is decided about an identity provider, by whoever changes its record. */
export type ProviderContent = Pick<
  IdentityProvider,
  | 'contractId'
  | 'displayName'
  | 'issuer'
  | 'clientId'
  | 'authentication'
  | 'sealedSecret'
  | 'algorithm'
  | 'domains'
  | 'metadata'
>;

export type IdentityProviders = ManagedRecords<IdentityProvider>;
