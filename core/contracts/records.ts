import type { Environment } from '../catalogue/catalogue.ts';
import type { Managed } from '../lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';

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

export type Contracts = ManagedRecords<Contract>;
