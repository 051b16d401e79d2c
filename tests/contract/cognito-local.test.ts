import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CognitoIdentityProviderClient,
  CreateUserPoolCommand,
  DescribeUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createClientRegistry } from '../../adapters/aws/cognito-client-registry.ts';
import { createClientSecrets } from '../../adapters/aws/cognito-client-secrets.ts';
import { NotFound, OutcomeUnknown, Unavailable } from '../../core/errors.ts';

/** cognito-local on a free port: it keeps its files in the folder it is started in, and prints where it listens. */
async function startCognitoLocal(
  folder: string,
): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const program = createRequire(import.meta.url).resolve('cognito-local/lib/bin/start.js');
  const child = spawn(process.execPath, [program], {
    cwd: folder,
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (url !== undefined) return { process: child, url };
  }
  throw new Error('cognito-local ended before it listened');
}

/** Where the twin and cognito-local differ is written down in docs/differences.md. */
describe('WF-5 the client registry, against cognito-local', () => {
  let folder: string;
  let emulator: Awaited<ReturnType<typeof startCognitoLocal>>;
  let client: CognitoIdentityProviderClient;
  let userPoolId: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-cognito-local-'));
    emulator = await startCognitoLocal(folder);
    client = new CognitoIdentityProviderClient({
      ...clientSettings({ maxAttempts: 1 }),
      endpoint: emulator.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    userPoolId = (await client.send(new CreateUserPoolCommand({ PoolName: 'sallyport' }))).UserPool?.Id ?? '';
  });
  afterAll(async () => {
    client.destroy();
    emulator.process.kill();
    await once(emulator.process, 'exit');
    await rm(folder, { recursive: true });
  });

  it('creates, finds and deletes a client', async () => {
    const registry = createClientRegistry({ client, userPoolId });
    const created = await registry.create({ name: 'onb-1', scopes: ['credit-reports/read'] });
    const { UserPoolClient } = await client.send(
      new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: created.clientId }),
    );
    expect(UserPoolClient).toEqual({
      UserPoolId: userPoolId,
      ClientId: created.clientId,
      ClientName: 'onb-1',
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthScopes: ['credit-reports/read'],
      AccessTokenValidity: 15,
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
      ExplicitAuthFlows: [],
      PreventUserExistenceErrors: 'ENABLED',
      ClientSecret: expect.any(String) as string,
      LastModifiedDate: expect.any(Date) as Date,
      CreationDate: expect.any(Date) as Date,
    });
    expect(await registry.findByName('onb-1')).toEqual(created);
    expect(await registry.findByName('onb')).toBeUndefined();
    await registry.delete(created.clientId);
    expect(await registry.findByName('onb-1')).toBeUndefined();
    await expect(registry.delete(created.clientId)).rejects.toThrow(
      new NotFound({
        service: 'cognito',
        operation: 'DeleteUserPoolClient',
        detail: 'ResourceNotFoundException',
      }),
    );
  });

  it('difference: it shows the secret to whoever describes the client', async () => {
    const { clientId } = await createClientRegistry({ client, userPoolId }).create({
      name: 'onb-2',
      scopes: [],
    });
    const { UserPoolClient } = await client.send(
      new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: clientId }),
    );
    expect(UserPoolClient?.ClientSecret).toMatch(/^[a-z0-9]+$/);
  });

  it('difference: it does not offer secrets of a client as a list', async () => {
    await expect(createClientSecrets({ client, userPoolId }).add('any')).rejects.toThrow(
      new OutcomeUnknown({ service: 'cognito', operation: 'AddUserPoolClientSecret', detail: 'Unsupported' }),
    );
    await expect(createClientSecrets({ client, userPoolId }).list('any')).rejects.toThrow(
      new Unavailable({ service: 'cognito', operation: 'ListUserPoolClientSecrets', detail: 'Unsupported' }),
    );
  });

  it('difference: it issues no token for client_credentials', async () => {
    const answer = await fetch(`${emulator.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 400,
      body: {
        error: 'unsupported_grant_type',
        error_description: 'Unsupported grant_type: client_credentials',
      },
    });
  });
});
