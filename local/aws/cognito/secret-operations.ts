import { createHash } from 'node:crypto';
import * as z from 'zod';
import { operation } from '../operation.ts';
import { AwsError } from '../service.ts';
import { randomName, type AppClientSecret, type UserPool } from './user-pool.ts';

const client = { UserPoolId: z.string().min(1), ClientId: z.string().min(1) };

/** Cognito's limit of secrets per app client. */
const maxSecrets = 2;

export const hashOfSecret = (value: string): string => createHash('sha256').update(value).digest('hex');

/** Creates a secret as Cognito does. Only its hash is stored. */
export function newSecret(clientId: string, createdAt: number): { stored: AppClientSecret; value: string } {
  const value = randomName(51);
  return { value, stored: { id: `${clientId}--${createdAt}`, hash: hashOfSecret(value), createdAt } };
}

export function secretOperations(userPool: UserPool) {
  return {
    AddUserPoolClientSecret: operation(
      z.object({
        ...client,
        ClientSecret: z
          .string()
          .regex(/^[\w+]{24,64}$/)
          .optional(),
      }),
      ({ UserPoolId, ClientId, ClientSecret }) => {
        const found = userPool.client(UserPoolId, ClientId);
        if (found.secrets.length >= maxSecrets) {
          throw new AwsError(
            'LimitExceededException',
            `An app client can have at most ${maxSecrets} secrets.`,
          );
        }
        // The ids of a client's secrets differ only in their creation time, so no two may be equal.
        const createdAt = Math.max(
          userPool.clock.now().getTime(),
          ...found.secrets.map((secret) => secret.createdAt + 1),
        );
        const { stored, value } = newSecret(ClientId, createdAt);
        const added = ClientSecret === undefined ? stored : { ...stored, hash: hashOfSecret(ClientSecret) };
        userPool.clients.put(ClientId, { ...found, secrets: [...found.secrets, added] });
        return {
          ClientSecretDescriptor: {
            ...descriptor(added),
            ...(ClientSecret === undefined && { ClientSecretValue: value }),
          },
        };
      },
    ),

    ListUserPoolClientSecrets: operation(z.object(client), ({ UserPoolId, ClientId }) => ({
      ClientSecrets: userPool.client(UserPoolId, ClientId).secrets.map(descriptor),
    })),

    DeleteUserPoolClientSecret: operation(
      z.object({ ...client, ClientSecretId: z.string().min(1) }),
      ({ UserPoolId, ClientId, ClientSecretId }) => {
        const found = userPool.client(UserPoolId, ClientId);
        if (!found.secrets.some(({ id }) => id === ClientSecretId)) {
          throw new AwsError('ResourceNotFoundException', `Client secret ${ClientSecretId} does not exist.`);
        }
        if (found.secrets.length === 1) {
          throw new AwsError(
            'InvalidParameterException',
            'The last remaining secret of an app client cannot be deleted.',
          );
        }
        userPool.clients.put(ClientId, {
          ...found,
          secrets: found.secrets.filter(({ id }) => id !== ClientSecretId),
        });
      },
    ),
  };
}

const descriptor = ({ id, createdAt }: AppClientSecret) => ({
  ClientSecretId: id,
  ClientSecretCreateDate: new Date(createdAt),
});
