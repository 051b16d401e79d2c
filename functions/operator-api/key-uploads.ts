import * as z from 'zod';
import { type KeysRead, InvalidKeys, type KeyUpload } from '../../core/trust/key-upload.ts';
import { trustedAlgorithms } from '../../core/trust/records.ts';
import type { OperatorApiDependencies } from './dependencies.ts';
import { invalid } from '../../middleware/http-api/api-problem.ts';
import { component } from './schemas.ts';

const kid = z.exactOptional(z.string().max(200)).meta({ description: 'What tokens call the key.' });
const algorithm = z
  .exactOptional(z.enum(trustedAlgorithms))
  .meta({ description: 'Pins what a key leaves open; RS256 for RSA if left out.' });

export const pkcs12Upload = component(
  'Pkcs12Upload',
  z.strictObject({
    kind: z.literal('pkcs12'),
    file: z.base64().meta({ description: 'The keystore.' }),
    password: z.string().meta({ description: 'Opens the keystore, and is then forgotten.', writeOnly: true }),
    alias: z.string().max(200).meta({ description: 'Of the certificate.' }),
    kid,
    algorithm,
  }),
);
export const pemUpload = component(
  'PemUpload',
  z.strictObject({
    kind: z.literal('pem'),
    text: z.string().meta({ description: 'Certificates and public keys.' }),
    kid,
    algorithm,
  }),
);
export const documentUpload = component(
  'JwksUpload',
  z.strictObject({
    kind: z.literal('jwks'),
    document: z.unknown().meta({ description: 'A JWK set.' }),
    algorithm,
  }),
);
export const urlUpload = component(
  'JwksUrlUpload',
  z.strictObject({
    kind: z.literal('jwksUrl'),
    url: z
      .string()
      .max(2000)
      .meta({ description: 'Where the third party publishes its JWK set: https, a public address.' }),
    algorithm,
  }),
);

/**
 * Returns the keys of an upload.
 * @throws {ApiProblem} naming every error of the upload
 */
export async function readUpload(
  { readKeys }: Pick<OperatorApiDependencies, 'readKeys'>,
  upload: KeyUpload,
): Promise<KeysRead> {
  return orRefused(() => readKeys(upload));
}

/**
 * Runs `work` and turns {@link InvalidKeys} into an {@link ApiProblem}.
 * @param path the part of the request that the errors are about
 */
export async function orRefused<Result>(
  work: () => Result | Promise<Result>,
  path = '/upload',
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InvalidKeys) {
      throw invalid(error.faults.map((fault) => ({ path, ...fault })));
    }
    throw error;
  }
}
