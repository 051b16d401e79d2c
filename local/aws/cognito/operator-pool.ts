import { createHash, randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { SignJWT } from 'jose';
import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../kernel/store.ts';
import { openSigningKey } from './signing-key.ts';

/** The operators' user pool as it is deployed, with the app client of the operators' programs. */
export interface OperatorPoolDefinition {
  readonly poolId: string;
  readonly clientId: string;
  /** The lifetime of an access token in seconds. */
  readonly tokenSeconds: number;
}

/**
 * The operators' user pool, as far as token verifiers see it. Nobody logs in: the twin issues tokens on
 * request.
 */
export interface OperatorPool {
  readonly endpoints: Hono;
  readonly tokenSeconds: number;
  /**
   * Returns an access token for the user with this name in this group. A name always stands for the same
   * user.
   *
   * @param origin the URL of the twin's AWS endpoint
   */
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

/** Returns a UUID, which is the format of Cognito's subjects. */
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
