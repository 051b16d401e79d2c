import type { Route } from '../catalogue/route.ts';
import type { RecordChange, Managed } from '../lifecycle/lifecycle.ts';

/** A public key that a client authenticates with: a JWK (RFC 7517) with its `kid` and `alg`. */
export type ClientKey = Readonly<Record<string, unknown>>;

/** The keys that are to stand in place of a client's keys, once another operator approves them. */
export interface ProposedClientKeys {
  readonly keys: readonly ClientKey[];
}

/**
 * The client's record for the authorizer. The gateway mapping creates it, operators manage it, and every call
 * reads it.
 */
export interface ClientMapping extends Managed {
  readonly clientId: string;
  readonly partnerId: string;
  readonly contractId: string;
  /** Key of `Catalogue.products`, and of `products` in the client's contract. */
  readonly product: string;
  /** The onboarding that created the client. */
  readonly onboardingId: string;
  /** The scopes that the client was granted. Its contract and its tokens can only reduce them. */
  readonly scopes: readonly string[];
  /** All routes of its product, as paths of the gateway. */
  readonly routes: readonly Route[];
  /** Canonical CIDR ranges or addresses. */
  readonly ipRanges: readonly string[];
  /** The plan that its API key is on, by its name in the catalogue; absent if it was onboarded before this was recorded. */
  readonly ratePlan?: string;
  /** The value of the API key by which usage is counted. */
  readonly apiKey: string;
  /** Authenticates nobody until it is approved. */
  readonly proposed?: ProposedClientKeys;
}

/** Creates and removes mappings for the onboarding. */
export interface ClientMappings {
  find(clientId: string): Promise<ClientMapping | undefined>;
  /**
   * Creates an active mapping. Idempotent.
   * @throws {Conflict} if the mapping is suspended or ended, because it must not become active again
   */
  activate(mapping: ClientMapping): Promise<void>;
  /**
   * Ends a mapping, so that calls are denied from now on. Does nothing if there is no mapping or it has
   * ended.
   */
  end(clientId: string, change: Omit<RecordChange, 'to'>): Promise<void>;
  /** Removes an ended mapping. Does nothing if there is no mapping. */
  remove(clientId: string): Promise<void>;
}
