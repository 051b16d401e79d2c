import type { JWK } from 'jose';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTable } from '../adapters/aws/table.ts';
import { createClientKeys } from '../adapters/aws/token-records.ts';
import type { PickedUpCredentials } from '../clients/partner.ts';
import { startTwinProcess } from '../clients/twin-process.ts';
import { onboardClient } from './onboard.ts';

/** A twin with one onboarded client, which has a secret and can also sign with keys of its own. */
export interface TokenTwin {
  /** The issuer of our own tokens. */
  readonly issuer: string;
  readonly client: PickedUpCredentials;
  readonly stop: () => Promise<void>;
}

export async function startTokenTwin(keys: readonly JWK[]): Promise<TokenTwin> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const twin = await startTwinProcess(folder);
  const client = await onboardClient(twin.urls, 0);
  const env = {
    AWS_ENDPOINT_URL: twin.urls.aws,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'benchmark',
    AWS_SECRET_ACCESS_KEY: 'benchmark',
  };
  await createClientKeys(createTable({ tableName: 'sallyport-dev', env })).put(
    client.client_id,
    keys.map((key) => ({ ...key })),
    2,
  );
  return {
    issuer: twin.urls.gateway,
    client,
    stop: async () => {
      await twin.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
