import { randomInt } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import type { Collection, Store } from '../../kernel/store.ts';
import { AwsError } from '../service.ts';

/** A resource server. Its scopes have the form `identifier/scope`. */
export interface ResourceServer {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly { readonly name: string; readonly description: string }[];
}

/** The user pool as it is deployed. */
export interface UserPoolDefinition {
  readonly poolId: string;
  readonly name: string;
  readonly tier: string;
  readonly resourceServers: readonly ResourceServer[];
}

export interface AppClient {
  readonly clientId: string;
  readonly name: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly flows: readonly string[];
  readonly scopes: readonly string[];
  readonly accessTokenSeconds: number;
  /** The settings from CreateUserPoolClient, which DescribeUserPoolClient returns. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: readonly AppClientSecret[];
}

export interface AppClientSecret {
  readonly id: string;
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** The user pool of the partners' clients. */
export interface UserPool extends UserPoolDefinition {
  readonly clock: Clock;
  readonly clients: Collection<AppClient>;
  /**
   * Checks that this is the pool's id.
   *
   * @throws ResourceNotFoundException if it is not
   */
  check(poolId: string): void;
  /**
   * Returns the client.
   *
   * @throws ResourceNotFoundException if there is none
   */
  client(poolId: string, clientId: string): AppClient;
}

export function openUserPool(store: Store, clock: Clock, definition: UserPoolDefinition): UserPool {
  const clients = store.collection<AppClient>('cognito-clients');
  const check = (poolId: string): void => {
    if (poolId !== definition.poolId) {
      throw new AwsError('ResourceNotFoundException', `User pool ${poolId} does not exist.`);
    }
  };
  return {
    ...definition,
    clock,
    clients,
    check,
    client: (poolId, clientId) => {
      check(poolId);
      const client = clients.get(clientId);
      if (client === undefined) {
        throw new AwsError('ResourceNotFoundException', `User pool client ${clientId} does not exist.`);
      }
      return client;
    },
  };
}

/** Returns random lower-case letters and digits, as in Cognito's client ids and secrets. */
export const randomName = (length: number): string =>
  Array.from({ length }, () => randomInt(36).toString(36)).join('');
