import { createHash, randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { SignJWT } from 'jose';
import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../kernel/store.ts';
import { openSigningKey } from './signing-key.ts';

/** The operators' pool as it is deployed, with the app client of the operators' programs. */
export interface OperatorPoolDefinition {
  readonly poolId: string;
  readonly clientId: string;
  /** How long an access token lives. */
  readonly tokenSeconds: number;
}

/** The operators' user pool as those see it who check its tokens. Nobody logs in: tokens are for the asking. */
export interface OperatorPool {
  readonly endpoints: Hono;
  readonly tokenSeconds: number;
  /** An access token of a user of this name, the same user each time, in this group. `origin` is where the twin's AWS answers. */
  tokenFor(origin: string, group: string, name: string): Promise<string>;
}

export function createOperatorPool({
  store,
  clock,
  operatorPool: { poolId, clientId, tokenSeconds },
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly operatorPool: OperatorPoolDefinition;
}): OperatorPool {
  const signingKey = openSigningKey(store, 'operators');
  const endpoints = new Hono();
  endpoints.get(`/${poolId}/.well-known/jwks.json`, async (context) =>
    context.json({ keys: [(await signingKey()).publicJwk] }),
  );
  return {
    endpoints,
    tokenSeconds,
    tokenFor: async (origin, group, name) => {
      const { kid, privateKey } = await signingKey();
      const now = Math.floor(clock.now().getTime() / 1000);
      return new SignJWT({
        sub: subjectOf(name),
        'cognito:groups': [group],
        iss: `${origin}/${poolId}`,
        version: 2,
        client_id: clientId,
        origin_jti: randomUUID(),
        token_use: 'access',
        scope: 'openid',
        auth_time: now,
        exp: now + tokenSeconds,
        iat: now,
        jti: randomUUID(),
        username: name,
      })
        .setProtectedHeader({ kid, alg: 'RS256' })
        .sign(privateKey);
    },
  };
}

/** A UUID, as Cognito's subjects are. */
function subjectOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
