import type { Environment } from '../catalogue/catalogue.ts';
import type { ClientMapping } from '../authorization/client-mapping.ts';
import type { LifecycleStatus, Managed } from './lifecycle.ts';

/** A company that has access. */
export interface Partner extends Managed {
  readonly partnerId: string;
  readonly name: string;
}

/** The ways to a token that a contract may allow, by their `grant_type`. */
export const grantTypes = [
  'client_credentials',
  'password',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const;
export type GrantType = (typeof grantTypes)[number];

/**
 * The grants that a deployment has switched on, separated by spaces.
 * @throws {RangeError} naming those that there are
 */
export function parseGrantTypes(text: string): readonly GrantType[] {
  const named = text.split(' ').filter((name) => name !== '');
  const unknown = named.filter((name) => !grantTypes.some((known) => known === name));
  if (unknown.length > 0) {
    throw new RangeError(`there is no grant ${unknown.join(', ')}; there are: ${grantTypes.join(', ')}`);
  }
  return grantTypes.filter((known) => named.includes(known));
}

/** OAU-1: what was agreed. */
export interface Terms {
  /** Product → the scopes that its clients may be granted. */
  readonly products: Readonly<Record<string, readonly string[]>>;
  readonly ratePlan: string;
  /** Canonical CIDR ranges or addresses that the clients' own must lie in; empty: no limit of its own. */
  readonly ipRanges: readonly string[];
  readonly environments: readonly Environment[];
  /** ISO 8601: nothing before, and nothing from `endsAt` on. */
  readonly startsAt: string;
  readonly endsAt?: string;
  /** Mailbox of whoever answers for it. */
  readonly owner: string;
  readonly grants: readonly GrantType[];
  /** The legacy lane: needed if `grants` has `password`. */
  readonly password?: {
    /** Mailbox of whoever depends on it. */
    readonly owner: string;
    /** ISO 8601: refused from then on. */
    readonly sunset: string;
  };
  /** Products whose backends its clients are: they may introspect the tokens that reach these. */
  readonly resourceServerOf: readonly string[];
}

export interface Contract extends Managed, Terms {
  readonly contractId: string;
  readonly partnerId: string;
}

/** Everything that has to be in force for a client to be served. */
export interface ClientContext {
  readonly client: ClientMapping | undefined;
  readonly contract: Contract | undefined;
  readonly partner: Partner | undefined;
}

/** Looks up what a client stands on, each part remembered for a short, stated time. */
export type FindClientContext = (clientId: string) => Promise<ClientContext>;

/** A page of records, in the order of their ids. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; absent on the last. Opaque. */
  readonly next?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: string;
}

/** Keeps one kind of record. Every write is conditional. */
export interface ManagedRecords<Item extends Managed> {
  find(id: string): Promise<Item | undefined>;
  /** False if there is one with this id. */
  create(item: Item): Promise<boolean>;
  /** Puts `item` in place of the version before it (`item.version - 1`). False if that is no longer what is there. */
  replace(item: Item): Promise<boolean>;
  /** Of a partner, where given. */
  list(page: PageRequest, partnerId?: string): Promise<Page<Item>>;
}

export type Partners = ManagedRecords<Partner>;
export type Contracts = ManagedRecords<Contract>;

/** Clients are made by onboardings; operators list them, change their state and their keys. */
export interface Clients {
  find(clientId: string): Promise<ClientMapping | undefined>;
  list(page: PageRequest, partnerId?: string): Promise<Page<ClientMapping>>;
  /** As {@link ManagedRecords.replace}. */
  replace(client: ClientMapping): Promise<boolean>;
}

export type { LifecycleStatus };
