import * as z from 'zod';
import { InvalidKeys } from '../../core/trust/key-errors.ts';
import type { KeysRead, KeyUpload } from '../../core/trust/key-upload.ts';
import {
  disclosedError,
  readUndisclosedKeys,
  type UndisclosedReading,
} from '../../core/trust/disclosed-keys.ts';
import { trustedAlgorithms, type TrustedKey } from '../../core/trust/records.ts';
import { invalid } from '../../middleware/http-api/api-problem.ts';
import { component } from './schemas.ts';

const kid = z.exactOptional(z.string().max(200)).meta({ description: 'What tokens call the key.' });
const algorithm = z
  .exactOptional(z.enum(trustedAlgorithms))
  .meta({ description: 'Pins what a key leaves open; RS256 for RSA if left out.' });

/** A public key whose private key nobody has kept. */
const exampleJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'YZ4y6sFF3rSzDUuGNRcm2WlgRXG9j5eziKJvyDpaX3U',
  y: 'E0kQmSpSWV1N2nemyuPIP3v5bF_KYaFNJUamedEZ7Go',
  kid: 'acme-1',
};
const examplePem = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYZ4y6sFF3rSzDUuGNRcm2WlgRXG9
j5eziKJvyDpaX3UTSRCZKlJZXU3ad6bK48g/e/lsX8phoU0lRqZ50Rnsag==
-----END PUBLIC KEY-----
`;

export const pkcs12Upload = component(
  'Pkcs12Upload',
  z
    .strictObject({
      kind: z.literal('pkcs12'),
      file: z.base64().meta({ description: 'The keystore.' }),
      password: z
        .string()
        .meta({ description: 'Opens the keystore, and is then forgotten.', writeOnly: true }),
      alias: z.string().max(200).meta({ description: 'Of the certificate.' }),
      kid,
      algorithm,
    })
    .meta({
      examples: [{ kind: 'pkcs12', file: 'MIIKAgIBAzCC', password: 'opens-it', alias: 'acme-signing' }],
    }),
);
export const pemUpload = component(
  'PemUpload',
  z
    .strictObject({
      kind: z.literal('pem'),
      text: z.string().meta({ description: 'Certificates and public keys.' }),
      kid,
      algorithm,
    })
    .meta({ examples: [{ kind: 'pem', text: examplePem, kid: 'acme-1' }] }),
);
export const documentUpload = component(
  'JwksUpload',
  z
    .strictObject({
      kind: z.literal('jwks'),
      document: z.unknown().meta({ description: 'A JWK set: an object, not its text.' }),
      algorithm,
    })
    .meta({ examples: [{ kind: 'jwks', document: { keys: [exampleJwk] } }] }),
);
export const urlUpload = component(
  'JwksUrlUpload',
  z
    .strictObject({
      kind: z.literal('jwksUrl'),
      url: z
        .string()
        .max(2000)
        .meta({ description: 'Where the third party publishes its JWK set: https, a public address.' }),
      algorithm,
    })
    .meta({ examples: [{ kind: 'jwksUrl', url: 'https://portal.acme.example/keys' }] }),
);

/**
 * Returns the keys of an upload for a partner.
 * @param path the part of the request that the errors are about
 * @throws {ApiProblem} naming every error of the upload
 */
export const readUpload = (
  reading: UndisclosedReading,
  upload: KeyUpload,
  partnerId: string,
  path = '/upload',
): Promise<KeysRead> => orRefused(() => readUndisclosedKeys(reading, upload, partnerId), path);

/**
 * Refuses to put keys in force whose private keys were disclosed after they were uploaded.
 * @throws {ApiProblem} naming each of them
 */
export async function requireUndisclosed(
  { disclosedKeys }: Pick<UndisclosedReading, 'disclosedKeys'>,
  keys: readonly Pick<TrustedKey, 'kid' | 'thumbprint'>[],
  partnerId: string,
): Promise<void> {
  const refused = await disclosedKeys.among(
    keys.map(({ thumbprint }) => thumbprint),
    partnerId,
  );
  const disclosed = keys.filter(({ thumbprint }) => refused.has(thumbprint));
  if (disclosed.length === 0) return;
  throw invalid(disclosed.map(({ kid }) => ({ path: '/keys', ...disclosedError(kid) })));
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
