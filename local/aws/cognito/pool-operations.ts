import * as z from 'zod';
import { operation } from '../operation.ts';
import { arnOf, AwsError } from '../service.ts';
import type { ResourceServer, UserPool } from './user-pool.ts';

const pool = z.object({ UserPoolId: z.string().min(1) });

export function poolOperations(userPool: UserPool) {
  const { poolId, name, tier } = userPool;
  const listed = { Id: poolId, Name: name };
  return {
    ListUserPools: operation(z.object({}), () => ({ UserPools: [listed] })),

    DescribeUserPool: operation(pool, ({ UserPoolId }) => {
      userPool.check(UserPoolId);
      return { UserPool: { ...listed, Arn: arnOf('cognito-idp', `userpool/${poolId}`), UserPoolTier: tier } };
    }),

    ListResourceServers: operation(pool, ({ UserPoolId }) => {
      userPool.check(UserPoolId);
      return { ResourceServers: userPool.resourceServers.map((server) => described(userPool, server)) };
    }),

    DescribeResourceServer: operation(
      z.object({ ...pool.shape, Identifier: z.string() }),
      ({ UserPoolId, Identifier }) => {
        userPool.check(UserPoolId);
        const server = userPool.resourceServers.find(({ identifier }) => identifier === Identifier);
        if (server === undefined) {
          throw new AwsError('ResourceNotFoundException', `Resource server ${Identifier} does not exist.`);
        }
        return { ResourceServer: described(userPool, server) };
      },
    ),
  };
}

const described = ({ poolId }: UserPool, { identifier, name, scopes }: ResourceServer) => ({
  UserPoolId: poolId,
  Identifier: identifier,
  Name: name,
  Scopes: scopes.map((scope) => ({ ScopeName: scope.name, ScopeDescription: scope.description })),
});
