import { randomBytes, randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { createLocalJWKSet, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import type { Clock } from '../../../core/clock.ts';
import { secondsAfter } from '../../../core/clock.ts';
import type { Store } from '../../kernel/store.ts';
import { operation } from '../operation.ts';
import { arnOf, AwsError, type AwsService, region } from '../service.ts';
import { openSigningKey } from './signing-key.ts';

/** An identity pool as an administrator has made it. */
export interface IdentityPoolDefinition {
  readonly poolId: string;
  /** The name of its only provider. */
  readonly developerProvider: string;
}

const issuer = 'https://cognito-identity.amazonaws.com';
/** The name of the identity pools themselves in `Logins`. */
const ownProvider = 'cognito-identity.amazonaws.com';
const credentialsSeconds = 3600;

const id = z
  .string()
  .max(55)
  .regex(/^[\w-]+:[0-9a-f-]+$/u);
const mapOf = (most: number, value: z.ZodString) =>
  z
    .record(z.string().min(1).max(128), value)
    .refine((map) => Object.keys(map).length <= most, { error: `At most ${most} members are allowed` });
const logins = mapOf(10, z.string().min(1).max(50_000));

const tokenRequest = z.object({
  IdentityPoolId: id,
  IdentityId: id.optional(),
  Logins: logins,
  PrincipalTags: mapOf(50, z.string().min(1).max(256)).optional(),
  TokenDuration: z.int().min(1).max(86_400).default(900),
});
const credentialsRequest = z.object({ IdentityId: id, Logins: logins.default({}) });

/**
 * Creates Cognito identity pools with one pool: the operations by which a backend vouches for its users, and by which
 * they get credentials (https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/). The key set that verifies
 * its tokens is at AWS's path, `/.well-known/jwks_uri`.
 */
export function createIdentityPools({
  store,
  clock,
  identityPool: { poolId, developerProvider },
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly identityPool: IdentityPoolDefinition;
}): { readonly service: AwsService; readonly endpoints: Hono } {
  /** Identity ids, by the user that the developer provider names. */
  const identities = store.collection<string>('cognito-identities');
  const signingKey = openSigningKey(store, 'identity-pools', 'RS512');

  const identityOf = (userId: string): string => {
    const known = identities.get(userId);
    if (known !== undefined) return known;
    const made = `${region}:${randomUUID()}`;
    identities.put(userId, made);
    return made;
  };

  const sign = async (claims: JWTPayload): Promise<string> => {
    const { kid, privateKey } = await signingKey();
    return new SignJWT(claims).setProtectedHeader({ kid, typ: 'JWS', alg: 'RS512' }).sign(privateKey);
  };

  /** Returns the identity that a token of this pool was issued for. */
  const identityIn = async (token: string): Promise<string | undefined> => {
    try {
      const keys = createLocalJWKSet({ keys: [(await signingKey()).publicJwk] });
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: poolId,
        currentDate: clock.now(),
      });
      return payload.sub;
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new AwsError('NotAuthorizedException', 'Invalid login token. Token expired.');
      }
      throw new AwsError('NotAuthorizedException', 'Invalid login token.');
    }
  };

  const service: AwsService = {
    name: 'cognitoidentity',
    operations: {
      GetOpenIdTokenForDeveloperIdentity: operation(tokenRequest, async (request) => {
        if (request.IdentityPoolId !== poolId) {
          throw new AwsError(
            'ResourceNotFoundException',
            `IdentityPool '${request.IdentityPoolId}' not found.`,
          );
        }
        const { [developerProvider]: userId, ...others } = request.Logins;
        if (userId === undefined || Object.keys(others).length > 0) {
          throw new AwsError(
            'InvalidParameterException',
            'Logins must name the developer provider of the identity pool, and no other provider.',
          );
        }
        const known = identities.get(userId);
        if (request.IdentityId !== undefined && request.IdentityId !== known) {
          throw known === undefined
            ? new AwsError('ResourceNotFoundException', `Identity '${request.IdentityId}' not found.`)
            : new AwsError(
                'DeveloperUserAlreadyRegisteredException',
                'The developer user is already registered under another identity.',
              );
        }
        const IdentityId = identityOf(userId);
        const now = Math.floor(clock.now().getTime() / 1000);
        const tags = Object.entries(request.PrincipalTags ?? {});
        const Token = await sign({
          sub: IdentityId,
          aud: poolId,
          amr: ['authenticated', developerProvider, `${developerProvider}:${poolId}:${userId}`],
          iss: issuer,
          [`${issuer}/identity-pool-arn`]: arnOf('cognito-identity', `identitypool/${poolId}`),
          // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
          ...(tags.length > 0 && {
            'https://aws.amazon.com/tags': {
              principal_tags: Object.fromEntries(tags.map(([name, value]) => [name, [value]])),
            },
          }),
          exp: now + request.TokenDuration,
          iat: now,
        });
        return { IdentityId, Token };
      }),

      GetCredentialsForIdentity: operation(credentialsRequest, async ({ IdentityId, Logins }) => {
        const token = Logins[ownProvider];
        if (token === undefined || (await identityIn(token)) !== IdentityId) {
          throw new AwsError(
            'NotAuthorizedException',
            "Logins don't match. Please include at least one valid login for this identity or identity pool.",
          );
        }
        return {
          IdentityId,
          Credentials: {
            AccessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
            SecretKey: randomBytes(30).toString('base64'),
            SessionToken: randomBytes(90).toString('base64'),
            Expiration: secondsAfter(clock.now(), credentialsSeconds),
          },
        };
      }),
    },
  };

  const endpoints = new Hono();
  endpoints.get('/.well-known/jwks_uri', async (context) =>
    context.json({ keys: [(await signingKey()).publicJwk] }),
  );
  return { service, endpoints };
}
