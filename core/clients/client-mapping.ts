import type { Route } from '../catalogue/route.ts';
import type { RecordChange, Managed } from '../lifecycle/lifecycle.ts';

/** What the authorizer knows of a client: written by the gateway mapping, managed by operators, read on calls. */
export interface ClientMapping extends Managed {
  readonly clientId: string;
  readonly partnerId: string;
  readonly contractId: string;
  /** Key of `Catalogue.products`, and of its contract's `products`. */
  readonly product: string;
  /** The onboarding that made the client. */
  readonly onboardingId: string;
  /** What the client was granted; its contract and its tokens' scopes only ever narrow it. */
  readonly scopes: readonly string[];
  /** Every route of its product, as paths of the gateway. */
  readonly routes: readonly Route[];
  /** Canonical CIDR ranges or addresses. */
  readonly ipRanges: readonly string[];
  /** Value of the API key that usage is counted under. */
  readonly apiKey: string;
}

/** As the onboarding makes it and takes it back. */
export interface ClientMappings {
  /** Writes an active mapping. Idempotent; one that is suspended or ended is not revived: `Conflict`. */
  activate(mapping: ClientMapping): Promise<void>;
  /** Calls are denied from now on. No mapping is fine, nor is an ended one changed. */
  end(clientId: string, change: Omit<RecordChange, 'to'>): Promise<void>;
  /** Takes an ended mapping away. No mapping is fine. */
  remove(clientId: string): Promise<void>;
}
