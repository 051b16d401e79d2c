import type { Route } from '../catalogue/catalogue.ts';

/** What the authorizer knows of a client: written by the gateway mapping, read on calls. */
export interface ClientMapping {
  readonly clientId: string;
  readonly partnerId: string;
  /** The onboarding that made the client. */
  readonly onboardingId: string;
  readonly status: 'active' | 'disabled';
  /** What the client was granted; a token's scopes only ever narrow it. */
  readonly scopes: readonly string[];
  /** Every route of its products, as paths of the gateway. */
  readonly routes: readonly Route[];
  /** Canonical CIDR ranges or addresses. */
  readonly ipRanges: readonly string[];
  /** Value of the API key that usage is counted under. */
  readonly apiKey: string;
}

export interface ClientMappings {
  find(clientId: string): Promise<ClientMapping | undefined>;
  /** Writes an active mapping. Idempotent; a disabled one is not revived: `Conflict`. */
  activate(mapping: Omit<ClientMapping, 'status'>): Promise<void>;
  /** Calls are denied from now on. No mapping is fine. */
  disable(clientId: string): Promise<void>;
  /** Takes a disabled mapping away. No mapping is fine. */
  remove(clientId: string): Promise<void>;
}
