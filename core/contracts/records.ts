import type { Environment } from '../catalogue/catalogue.ts';
import type { Managed } from '../lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';

/** The grants that a contract may allow, by their `grant_type`. */
export const grantTypes = [
  'client_credentials',
  'password',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'authorization_code',
] as const;
export type GrantType = (typeof grantTypes)[number];

/**
 * Parses the grants that a deployment has switched on, separated by spaces.
 * @throws {RangeError} listing the known grants, if one is unknown
 */
export function parseGrantTypes(text: string): readonly GrantType[] {
  const named = text.split(' ').filter((name) => name !== '');
  const unknown = named.filter((name) => !grantTypes.some((known) => known === name));
  if (unknown.length > 0) {
    throw new RangeError(`there is no grant ${unknown.join(', ')}; there are: ${grantTypes.join(', ')}`);
  }
  return grantTypes.filter((known) => named.includes(known));
}

/** What was agreed in a contract (OAU-1). */
export interface Terms {
  /** Maps each product to the scopes that the clients may be granted. */
  readonly products: Readonly<Record<string, readonly string[]>>;
  readonly ratePlan: string;
  /**
   * Canonical CIDR ranges or addresses that must contain the clients' own. If empty, the contract sets no
   * limit.
   */
  readonly ipRanges: readonly string[];
  readonly environments: readonly Environment[];
  /** ISO 8601. The contract grants nothing before `startsAt`, and nothing from `endsAt` on. */
  readonly startsAt: string;
  readonly endsAt?: string;
  /** The mailbox of the person who is responsible for the contract. */
  readonly owner: string;
  readonly grants: readonly GrantType[];
  /** Conditions of the legacy password grant. Required if `grants` contains `password`. */
  readonly password?: {
    /** The mailbox of the person who depends on the grant. */
    readonly owner: string;
    /** ISO 8601. The grant is refused from this moment on. */
    readonly sunset: string;
  };
  /** The products whose backends the clients are. They may introspect the tokens for these products. */
  readonly resourceServerOf: readonly string[];
}

/** A contract with a partner. */
export interface Contract extends Managed, Terms {
  readonly contractId: string;
  readonly partnerId: string;
}

export type Contracts = ManagedRecords<Contract>;
