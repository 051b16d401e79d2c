import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import {
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { JWK } from 'jose';
import * as z from 'zod';
import type { TwinUrls } from '../../../clients/twin-process.ts';

type Urls = Pick<TwinUrls, 'aws' | 'gateway'>;

/** Calls the twin's Secrets Manager with the SDK, as operators do with the AWS CLI. */
async function withSecretsManager<Result>(
  { aws }: Urls,
  use: (client: SecretsManagerClient) => Promise<Result>,
): Promise<Result> {
  const client = new SecretsManagerClient({
    endpoint: aws,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
  });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

/** Deletes one of the deployment's secrets. */
export const deleteSecret = (urls: Urls, name: string): Promise<unknown> =>
  withSecretsManager(urls, (client) =>
    client.send(new DeleteSecretCommand({ SecretId: `sallyport-dev/${name}` })),
  );

/** Changes the content of one of the deployment's secrets. */
export const putSecret = (
  urls: Urls,
  name: string,
  content: Readonly<Record<string, string>>,
): Promise<unknown> =>
  withSecretsManager(urls, (client) =>
    client.send(
      new PutSecretValueCommand({
        SecretId: `sallyport-dev/${name}`,
        SecretString: JSON.stringify(content),
      }),
    ),
  );

/** Changes the credentials that Okta and ServiceNow accept. They no longer accept the previous ones. */
export async function changeIdentities(
  { gateway }: Urls,
  change: Readonly<Record<string, unknown>>,
): Promise<void> {
  const answer = await fetch(`${gateway}/_twin/identities`, { method: 'PUT', body: JSON.stringify(change) });
  if (!answer.ok) throw new Error(`PUT /_twin/identities answered ${answer.status}: ${await answer.text()}`);
}

/** Returns a private RSA key. */
export async function newPrivateJwk(kid: string): Promise<JWK> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid };
}

const permissions = z.array(
  z.object({ role: z.string(), action: z.string(), resource: z.string(), used: z.number() }),
);

/** Returns how often each role has used an action so far: `TicketReportRole sallyport-dev/servicenow` → 3. */
export async function usesOf({ gateway }: Urls, action: string): Promise<Readonly<Record<string, number>>> {
  const all = permissions.parse(await (await fetch(`${gateway}/_twin/permissions`)).json());
  return Object.fromEntries(
    all
      .filter((each) => each.action === action)
      .map(({ role, resource, used }) => [
        `${role.replace('sallyport-dev-', '')} ${resource.replace(/^.*[:/]([^:/]+\/[^:/]+)$/u, '$1').replace(/-\?+$/u, '')}`,
        used,
      ]),
  );
}
