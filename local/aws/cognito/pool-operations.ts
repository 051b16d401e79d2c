import * as z from 'zod';
import { operation } from '../operation.ts';
import { account, AwsError, region } from '../service.ts';
import { type ResourceServer, type UserPool, userPoolId } from './user-pool.ts';

const pool = z.object({ UserPoolId: z.string().min(1) });

export function poolOperations(userPool: UserPool) {
  const listed = { Id: userPoolId, Name: 'sallyport' };
  return {
    ListUserPools: operation(z.object({}), () => ({ UserPools: [listed] })),

    DescribeUserPool: operation(pool, ({ UserPoolId }) => {
      userPool.check(UserPoolId);
      return { UserPool: { ...listed, Arn: `arn:aws:cognito-idp:${region}:${account}:userpool/${userPoolId}`, UserPoolTier: 'ESSENTIALS', IssuerConfiguration: { Type: 'UPDATED' } } };
    }),

    ListResourceServers: operation(pool, ({ UserPoolId }) => {
      userPool.check(UserPoolId);
      return { ResourceServers: userPool.resourceServers.map(described) };
    }),

    DescribeResourceServer: operation(z.object({ ...pool.shape, Identifier: z.string() }), ({ UserPoolId, Identifier }) => {
      userPool.check(UserPoolId);
      const server = userPool.resourceServers.find(({ identifier }) => identifier === Identifier);
      if (server === undefined) throw new AwsError('ResourceNotFoundException', `Resource server ${Identifier} does not exist.`);
      return { ResourceServer: described(server) };
    }),
  };
}

const described = ({ identifier, scopes }: ResourceServer) => ({
  UserPoolId: userPoolId, Identifier: identifier, Name: identifier,
  Scopes: scopes.map(({ name, description }) => ({ ScopeName: name, ScopeDescription: description })),
});
