import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { JWK } from 'jose';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTable } from '../adapters/aws/table.ts';
import { createClientKeys } from '../adapters/aws/token-records.ts';
import { codeIn, type Credentials, inbox, linkIn, pickUp, ticketsOf } from '../scripts/partner.ts';
import { startTwinProcess, type TwinUrls } from '../scripts/twin-process.ts';
import { createOnboarder, credentials as anybody } from './onboard.ts';

/** A twin with one onboarded client, which has a secret and may sign with keys of its own, too. */
export interface TokenTwin {
  /** Of our own tokens. */
  readonly issuer: string;
  readonly client: Credentials;
  readonly stop: () => Promise<void>;
}

export async function startTokenTwin(keys: readonly JWK[]): Promise<TokenTwin> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const twin = await startTwinProcess(folder);
  const client = await onboarded(twin.urls);
  const dynamodb = new DynamoDBClient({ ...anybody, endpoint: twin.urls.aws });
  await createClientKeys(createTable({ client: dynamodb, tableName: 'sallyport-dev' })).put(client.client_id, keys.map((key) => ({ ...key })), 2);
  dynamodb.destroy();
  return {
    issuer: twin.urls.gateway, client,
    stop: async () => {
      await twin.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function onboarded(urls: TwinUrls): Promise<Credentials> {
  const onboarder = createOnboarder(urls);
  await onboarder.onboard(0);
  onboarder.close();
  const mails = await inbox(urls);
  const onboardingId = mails.find(({ tags }) => tags['onboarding'] !== undefined)?.tags['onboarding'] ?? '';
  const ticket = (await ticketsOf(urls)).find(({ number }) => onboardingId.startsWith(`${number}-`));
  return pickUp(linkIn(mails, onboardingId)?.link ?? '', codeIn(ticket) ?? '');
}
