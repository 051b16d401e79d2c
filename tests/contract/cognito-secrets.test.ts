import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClientRegistry } from '../../adapters/aws/cognito-client-registry.ts';
import { createClientSecrets } from '../../adapters/aws/cognito-client-secrets.ts';
import { Defect, NotFound } from '../../core/errors.ts';
import { userPoolId } from '../support/deployed.ts';
import {
  type AwsTwin,
  effectUnderFault,
  errorUnderFault,
  readUnderFault,
  startAwsTwin,
} from '../support/aws-twin.ts';

describe('WF-7 the secrets of a client, against the twin', () => {
  let twin: AwsTwin;
  let client: CognitoIdentityProviderClient;
  let secrets: ReturnType<typeof createClientSecrets>;
  let registry: ReturnType<typeof createClientRegistry>;
  const newClient = async (): Promise<string> =>
    (await registry.create({ name: 'onb', scopes: ['credit-reports/read'] })).clientId;

  beforeAll(async () => {
    twin = await startAwsTwin();
    client = new CognitoIdentityProviderClient(twin.client);
    registry = createClientRegistry({ client, userPoolId });
    secrets = createClientSecrets({ client, userPoolId });
  });
  afterAll(async () => {
    client.destroy();
    await twin.stop();
  });

  it('a client is born with one secret; one more may be added, and then no other', async () => {
    const clientId = await newClient();
    const [born, ...others] = await secrets.list(clientId);
    expect(others).toEqual([]);
    expect(born?.secretId).toBe(`${clientId}--${born?.createdAt.getTime() ?? 0}`);

    const added = await secrets.add(clientId);
    expect(added.value).toMatch(/^[a-z0-9]{51}$/);
    expect((await secrets.list(clientId)).map(({ secretId }) => secretId)).toEqual([
      born?.secretId,
      added.secretId,
    ]);
    await expect(secrets.add(clientId)).rejects.toThrow(
      new Defect({
        service: 'cognito',
        operation: 'AddUserPoolClientSecret',
        detail: 'LimitExceededException',
      }),
    );
  });

  it('a secret is removed by its id, but never the last one', async () => {
    const clientId = await newClient();
    const [born] = await secrets.list(clientId);
    const added = await secrets.add(clientId);
    await secrets.remove(clientId, born?.secretId ?? '');
    expect((await secrets.list(clientId)).map(({ secretId }) => secretId)).toEqual([added.secretId]);
    await expect(secrets.remove(clientId, born?.secretId ?? '')).rejects.toThrow(
      new NotFound({
        service: 'cognito',
        operation: 'DeleteUserPoolClientSecret',
        detail: 'ResourceNotFoundException',
      }),
    );
    await expect(secrets.remove(clientId, added.secretId)).rejects.toThrow(
      new Defect({
        service: 'cognito',
        operation: 'DeleteUserPoolClientSecret',
        detail: 'InvalidParameterException',
      }),
    );
  });

  it('the secrets of a client that is not there are NotFound', async () => {
    await expect(secrets.list('nobody')).rejects.toThrow(
      new NotFound({
        service: 'cognito',
        operation: 'ListUserPoolClientSecrets',
        detail: 'ResourceNotFoundException',
      }),
    );
    await expect(secrets.add('nobody')).rejects.toThrow(
      new NotFound({
        service: 'cognito',
        operation: 'AddUserPoolClientSecret',
        detail: 'ResourceNotFoundException',
      }),
    );
  });

  it('the twin keeps no secret, only its hash', async () => {
    const { value } = await secrets.add(await newClient());
    expect(JSON.stringify(twin.store.collection('cognito-clients').all())).not.toContain(value);
  });

  it.each(effectUnderFault)(
    'adding under %s is %s, and its error holds nothing of the answer',
    async (mode, name) => {
      const clientId = await newClient();
      twin.faults.add([{ service: 'cognito', operation: 'AddUserPoolClientSecret', mode, times: 1 }]);
      const error: unknown = await secrets.add(clientId).catch((thrown: unknown) => thrown);
      expect(error).toEqual(errorUnderFault(name, 'cognito', 'AddUserPoolClientSecret', mode));
      if (mode === 'garbage') expect(error).toHaveProperty('cause', undefined);
    },
  );

  it.each(effectUnderFault)('removing under %s is %s', async (mode, name) => {
    const clientId = await newClient();
    const { secretId } = await secrets.add(clientId);
    twin.faults.add([{ service: 'cognito', operation: 'DeleteUserPoolClientSecret', mode, times: 1 }]);
    await expect(secrets.remove(clientId, secretId)).rejects.toThrow(
      errorUnderFault(name, 'cognito', 'DeleteUserPoolClientSecret', mode),
    );
  });

  it.each(readUnderFault)('listing under %s is %s', async (mode, name) => {
    const clientId = await newClient();
    twin.faults.add([{ service: 'cognito', operation: 'ListUserPoolClientSecrets', mode, times: 1 }]);
    await expect(secrets.list(clientId)).rejects.toThrow(
      errorUnderFault(name, 'cognito', 'ListUserPoolClientSecrets', mode),
    );
  });
});
