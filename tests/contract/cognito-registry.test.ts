import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClientRegistry } from '../../adapters/aws/cognito-client-registry.ts';
import { Defect, NotFound, Unavailable } from '../../core/errors.ts';
import { userPoolId } from '../support/deployed.ts';
import {
  type AwsTwin,
  effectUnderFault,
  errorUnderFault,
  readUnderFault,
  startAwsTwin,
} from '../support/aws-twin.ts';

describe('WF-5 the client registry, against the twin', () => {
  let twin: AwsTwin;
  let client: CognitoIdentityProviderClient;
  let registry: ReturnType<typeof createClientRegistry>;

  beforeAll(async () => {
    twin = await startAwsTwin();
    client = new CognitoIdentityProviderClient(twin.client);
    registry = createClientRegistry({ client, userPoolId });
  });
  afterAll(async () => {
    client.destroy();
    await twin.stop();
  });

  it('creates a client of the client_credentials grant and nothing else, and tells nobody its secret', async () => {
    const created = await registry.create({ name: 'onb-1', scopes: ['credit-reports/read'] });
    expect(Object.keys(created)).toEqual(['clientId']);
    expect(created.clientId).toMatch(/^[a-z0-9]{26}$/);
    const { UserPoolClient } = await client.send(
      new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: created.clientId }),
    );
    const { CreationDate, LastModifiedDate, ...described } = UserPoolClient ?? {};
    expect(CreationDate).toEqual(LastModifiedDate);
    expect(described).toEqual({
      UserPoolId: userPoolId,
      ClientId: created.clientId,
      ClientName: 'onb-1',
      RefreshTokenValidity: 30,
      EnableTokenRevocation: true,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthScopes: ['credit-reports/read'],
      AccessTokenValidity: 15,
      TokenValidityUnits: { AccessToken: 'minutes' },
      ExplicitAuthFlows: [],
      PreventUserExistenceErrors: 'ENABLED',
    });
  });

  it('finds a client by its exact name, on whatever page it is', async () => {
    const clients = [];
    for (let number = 100; number < 165; number += 1) {
      clients.push(await registry.create({ name: `page-${number}`, scopes: [] }));
    }
    expect(await registry.findByName('page-164')).toEqual(clients.at(-1));
    expect(await registry.findByName('page-16')).toBeUndefined();
  });

  it('deletes a client once; a client that is not there is NotFound', async () => {
    const { clientId } = await registry.create({ name: 'onb-2', scopes: [] });
    await registry.delete(clientId);
    await expect(registry.delete(clientId)).rejects.toThrow(
      new NotFound({
        service: 'cognito',
        operation: 'DeleteUserPoolClient',
        detail: 'ResourceNotFoundException',
      }),
    );
    expect(await registry.findByName('onb-2')).toBeUndefined();
  });

  it('is refused a scope that no resource server has', async () => {
    await expect(registry.create({ name: 'onb-3', scopes: ['credit-reports/erase'] })).rejects.toThrow(
      new Defect({
        service: 'cognito',
        operation: 'CreateUserPoolClient',
        detail: 'ScopeDoesNotExistException',
      }),
    );
  });

  it.each(effectUnderFault)('creating under %s is %s', async (mode, name) => {
    twin.faults.add([{ service: 'cognito', operation: 'CreateUserPoolClient', mode, times: 1 }]);
    await expect(registry.create({ name: `fault-${mode}`, scopes: [] })).rejects.toThrow(
      errorUnderFault(name, 'cognito', 'CreateUserPoolClient', mode),
    );
    const happened = mode === 'fail-after' || mode === 'garbage' || mode === 'crash';
    expect((await registry.findByName(`fault-${mode}`)) !== undefined).toBe(happened);
  });

  it.each(readUnderFault)('looking up under %s is %s', async (mode, name) => {
    twin.faults.add([{ service: 'cognito', operation: 'ListUserPoolClients', mode, times: 1 }]);
    await expect(registry.findByName('onb-1')).rejects.toThrow(
      errorUnderFault(name, 'cognito', 'ListUserPoolClients', mode),
    );
  });

  it('where nothing listens, nothing happened', async () => {
    const nobody = new CognitoIdentityProviderClient({ ...twin.client, endpoint: 'http://127.0.0.1:1' });
    await expect(
      createClientRegistry({ client: nobody, userPoolId }).create({ name: 'x', scopes: [] }),
    ).rejects.toThrow(
      new Unavailable({ service: 'cognito', operation: 'CreateUserPoolClient', detail: 'ECONNREFUSED' }),
    );
    nobody.destroy();
  });
});
