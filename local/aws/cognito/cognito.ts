import type { Hono } from 'hono';
import type { Clock } from '../../../core/clock.ts';
import type { Faults } from '../../kernel/faults.ts';
import type { Store } from '../../kernel/store.ts';
import type { AwsService } from '../service.ts';
import { clientOperations } from './client-operations.ts';
import { poolOperations } from './pool-operations.ts';
import { secretOperations } from './secret-operations.ts';
import { openSigningKey } from './signing-key.ts';
import { tokenEndpoint } from './token-endpoint.ts';
import { openUserPool, type UserPoolDefinition } from './user-pool.ts';

/** Creates Cognito user pools: the API, and the pool's own endpoints for tokens and keys. */
export function createCognito({
  store,
  clock,
  faults,
  userPool: definition,
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly userPool: UserPoolDefinition;
}): { readonly service: AwsService; readonly endpoints: Hono } {
  const userPool = openUserPool(store, clock, definition);
  return {
    service: {
      name: 'cognito',
      operations: {
        ...poolOperations(userPool),
        ...clientOperations(userPool),
        ...secretOperations(userPool),
      },
    },
    endpoints: tokenEndpoint(userPool, openSigningKey(store), faults),
  };
}
