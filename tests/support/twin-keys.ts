import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openSigningKey as openPoolKey } from '../../local/aws/cognito/signing-key.ts';
import { openSigningKey as openKmsKey } from '../../local/aws/kms-signing-keys.ts';
import { openStore } from '../../local/kernel/store.ts';
import { openSigningKey as openOktaKey } from '../../local/okta/authorization-server.ts';
import { openIdentities } from '../../local/seed/identities.ts';

const fileName = 'twin.sqlite';

/**
 * Stores keys in the data folder of a twin that has not started: Sallyport's credentials, and what KMS, Cognito
 * and Okta sign with. All twins of the tests have the same ones, because a twin generates each when it is first
 * used, and an RSA key takes a tenth of a start.
 *
 * @param folder where the keys are kept. They are made there, if there are none.
 */
export async function storeTwinKeys(dataFolder: string, folder: string): Promise<void> {
  if (!existsSync(folder)) await makeKeys(folder);
  copyFileSync(join(folder, fileName), join(dataFolder, fileName));
}

async function makeKeys(folder: string): Promise<void> {
  // The packaged template says which keys there are. Most runs need not read it, because the keys are there.
  const { deployment } = await import('./deployed.ts');
  const draft = `${folder}.${randomUUID()}`;
  mkdirSync(draft, { recursive: true });
  const store = openStore(draft);
  await Promise.all([
    openIdentities(store),
    openPoolKey(store)(),
    openPoolKey(store, 'operators')(),
    openOktaKey(store)(),
    ...deployment.keys
      .filter(({ spec }) => spec === 'RSA_2048')
      .map(({ keyId }) => openKmsKey(store, keyId).spki()),
  ]);
  store.close();
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true });
    // Another worker may have been faster.
    if (!existsSync(folder)) throw error;
  }
}
