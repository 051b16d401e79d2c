import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { createPublicKeys } from '../../adapters/aws/kms-public-keys.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { parseGrantTypes } from '../../core/contracts/records.ts';
import { metadataOf } from '../../core/tokens/metadata.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { PUBLIC_URL, SIGNING_KEY_IDS, GRANTS_ON, CATALOGUE_FILE } = readEnvironment(env, [
    'PUBLIC_URL',
    'SIGNING_KEY_IDS',
    'GRANTS_ON',
    'CATALOGUE_FILE',
  ]);
  const { products } = readCatalogue(CATALOGUE_FILE);
  return {
    metadata: metadataOf(
      PUBLIC_URL,
      parseGrantTypes(GRANTS_ON),
      Object.values(products).flatMap(({ scopes }) => Object.keys(scopes)),
    ),
    publicKeys: createPublicKeys({ keyIds: SIGNING_KEY_IDS.split(' '), env }),
  };
}
