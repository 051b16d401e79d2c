import { execFile } from 'node:child_process';
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import * as z from 'zod';
import type { TwinUrls } from '../../../clients/twin-process.ts';

type Urls = Pick<TwinUrls, 'aws' | 'gateway'>;

/** Runs `aws secretsmanager …` with the AWS CLI, as operators do to change secrets. */
export async function secretsManager({ aws }: Urls, ...args: readonly string[]): Promise<void> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    AWS_ENDPOINT_URL: aws,
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_PAGER: '',
  };
  await promisify(execFile)('aws', ['--endpoint-url', aws, 'secretsmanager', ...args], { env });
}

/** Changes the content of one of the deployment's secrets. */
export const putSecret = (
  urls: Urls,
  name: string,
  content: Readonly<Record<string, string>>,
): Promise<void> =>
  secretsManager(
    urls,
    'put-secret-value',
    '--secret-id',
    `sallyport-dev/${name}`,
    '--secret-string',
    JSON.stringify(content),
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
