import { createHash, randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { SignJWT } from 'jose';
import * as z from 'zod';
import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../kernel/store.ts';
import type { Lambda } from '../../lambda/lambda.ts';
import { openSigningKey } from './signing-key.ts';

/** The operators' user pool as it is deployed, with the app client of the operators' programs. */
export interface OperatorPoolDefinition {
  readonly poolId: string;
  readonly clientId: string;
  /** The lifetime of an access token in seconds. */
  readonly tokenSeconds: number;
  /** The short name of the function that Cognito asks before it issues a token. */
  readonly preTokenGeneration: string;
}

/** Somebody in the operators' user pool. */
export interface PoolUser {
  readonly name: string;
  readonly group: string;
  readonly emailVerified: boolean;
}

/** What the pool's function answers, in version 2 of the event. */
const generated = z.object({
  response: z.object({
    claimsAndScopeOverrideDetails: z.object({
      accessTokenGeneration: z.object({ claimsToAddOrOverride: z.record(z.string(), z.unknown()) }),
    }),
  }),
});

/**
 * The operators' user pool, as far as token verifiers see it. Nobody logs in: the twin issues tokens on
 * request.
 */
export interface OperatorPool {
  readonly endpoints: Hono;
  readonly tokenSeconds: number;
  /**
   * Returns an access token for a user. A name always stands for the same user, whose mailbox is
   * {@link mailboxOfName}. The function of the pool is asked for further claims.
   *
   * @param origin the URL of the twin's AWS endpoint
   * @throws {Error} if the function fails, or answers otherwise than Cognito expects
   */
  tokenFor(origin: string, user: PoolUser, lambda: Pick<Lambda, 'invoke'>): Promise<string>;
}

export function createOperatorPool({
  store,
  clock,
  operatorPool: { poolId, clientId, tokenSeconds, preTokenGeneration },
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
    tokenFor: async (origin, { name, group, emailVerified }, lambda) => {
      const invocation = await lambda.invoke(preTokenGeneration, {
        version: '2',
        triggerSource: 'TokenGeneration_HostedAuth',
        region: 'eu-west-1',
        userPoolId: poolId,
        userName: subjectOf(name),
        callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId },
        request: {
          userAttributes: {
            sub: subjectOf(name),
            'cognito:user_status': 'CONFIRMED',
            email_verified: String(emailVerified),
            email: mailboxOfName(name),
          },
          groupConfiguration: { groupsToOverride: [group], iamRolesToOverride: [], preferredRole: null },
          scopes: ['openid'],
        },
        response: { claimsAndScopeOverrideDetails: null },
      });
      if (!invocation.ok) throw new Error(`PreTokenGeneration failed: ${invocation.error.errorMessage}`);
      const { accessTokenGeneration } = generated.parse(invocation.payload).response
        .claimsAndScopeOverrideDetails;
      const { kid, privateKey } = await signingKey();
      const now = Math.floor(clock.now().getTime() / 1000);
      return new SignJWT({
        ...accessTokenGeneration.claimsToAddOrOverride,
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

/** Returns the mailbox of a user with this name: the name itself, if it is one. */
export const mailboxOfName = (name: string): string =>
  name.includes('@') ? name : `${name}@operators.example`;

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
