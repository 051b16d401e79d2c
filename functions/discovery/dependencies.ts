import { readCatalogue } from '../../adapters/catalogue-file.ts';
import { createPublicKeys } from '../../adapters/aws/kms-public-keys.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { environmentNamed } from '../../core/catalogue/environment.ts';
import { parseGrantTypes } from '../../core/contracts/records.ts';
import { metadataOf, openIdMetadataOf } from '../../core/tokens/metadata.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { PUBLIC_URL, SIGNING_KEY_IDS, GRANTS_ON, CATALOGUE_FILE, SALLYPORT_ENVIRONMENT } = readEnvironment(
    env,
    ['PUBLIC_URL', 'SIGNING_KEY_IDS', 'GRANTS_ON', 'CATALOGUE_FILE', 'SALLYPORT_ENVIRONMENT'],
  );
  const catalogue = readCatalogue(CATALOGUE_FILE);
  const scopes = Object.values(catalogue.products).flatMap((product) => Object.keys(product.scopes));
  const grants = parseGrantTypes(GRANTS_ON);
  return {
    metadata: metadataOf(PUBLIC_URL, grants, scopes),
    /** Absent where nobody signs in. */
    openIdMetadata: grants.includes('authorization_code')
      ? openIdMetadataOf(PUBLIC_URL, grants, scopes)
      : undefined,
    publicKeys: createPublicKeys({ keyIds: SIGNING_KEY_IDS.split(' '), env }),
    documentation: {
      catalogue,
      environment: environmentNamed(SALLYPORT_ENVIRONMENT),
      publicUrl: PUBLIC_URL,
    },
  };
}
