import { createHash, randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { SignJWT } from 'jose';
import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../kernel/store.ts';
import { region } from '../service.ts';
import { openSigningKey } from './signing-key.ts';

export const operatorPoolId = `${region}_operators`;
/** The app client of the operators' programs. */
export const operatorClientId = 'sallyportoperators';
export const operatorTokenSeconds = 15 * 60;

/** The operators' user pool as those see it who check its tokens. Nobody logs in: tokens are for the asking. */
export interface OperatorPool {
  readonly endpoints: Hono;
  /** An access token of a user of this name, the same user each time, in this group. `origin` is where the twin's AWS answers. */
  tokenFor(origin: string, group: string, name: string): Promise<string>;
}

export function createOperatorPool({ store, clock }: { readonly store: Store; readonly clock: Clock }): OperatorPool {
  const signingKey = openSigningKey(store, 'operators');
  const endpoints = new Hono();
  endpoints.get(`/${operatorPoolId}/.well-known/jwks.json`, async (context) => context.json({ keys: [(await signingKey()).publicJwk] }));
  return {
    endpoints,
    tokenFor: async (origin, group, name) => {
      const { kid, privateKey } = await signingKey();
      const now = Math.floor(clock.now().getTime() / 1000);
      return new SignJWT({
        'sub': subjectOf(name), 'cognito:groups': [group], 'iss': `${origin}/${operatorPoolId}`, 'version': 2, 'client_id': operatorClientId,
        'origin_jti': randomUUID(), 'token_use': 'access', 'scope': 'openid', 'auth_time': now, 'exp': now + operatorTokenSeconds, 'iat': now, 'jti': randomUUID(), 'username': name,
      }).setProtectedHeader({ kid, alg: 'RS256' }).sign(privateKey);
    },
  };
}

/** A UUID, as Cognito's subjects are. */
function subjectOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}
