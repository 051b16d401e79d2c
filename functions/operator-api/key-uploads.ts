import * as z from 'zod';
import { findPrivateKeys, type PrivateKeys } from '../../adapters/trust/private-keys.ts';
import type { FieldError } from '../../core/problem.ts';
import { blockingSentence, InvalidKeys, privateKeyError } from '../../core/trust/key-errors.ts';
import type { KeysRead, KeyUpload } from '../../core/trust/key-upload.ts';
import {
  disclosedError,
  findDisclosed,
  type PublicKey,
  readUndisclosedKeys,
  type UndisclosedReading,
} from '../../core/trust/disclosed-keys.ts';
import { trustedAlgorithms, type TrustedKey } from '../../core/trust/records.ts';
import { ApiProblem, invalid } from '../../middleware/http-api/api-problem.ts';
import type { OperatorOperation } from './operation.ts';
import { component, moment } from './schemas.ts';

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

/** The member that names the keys of a record that were disclosed. */
export const disclosedKeys = z
  .exactOptional(
    z.array(
      component(
        'DisclosedKey',
        z.strictObject({
          kid: z.string(),
          thumbprint: z.string(),
          at: moment.meta({ description: 'When it was first seen that its private key is known to others.' }),
        }),
      ),
    ),
  )
  .meta({
    description:
      'Keys, also proposed ones, whose private keys were sent or published somewhere: clients no longer authenticate with them, and active issuers lose them. Absent if there are none, in lists, and in the answers to changes.',
  });

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
 * Returns the keys of an upload.
 * @param path the part of the request that the errors are about
 * @throws {ApiProblem} naming every error of the upload
 */
export const readUpload = (
  reading: UndisclosedReading,
  upload: KeyUpload,
  path = '/upload',
): Promise<KeysRead> => orRefused(() => readUndisclosedKeys(reading, upload), path);

/**
 * Returns an operation that also remembers the private keys in a request that is refused for something else:
 * for another member, or because there is no such record. The answer says that they were there.
 */
export const rememberingPrivateKeys = (operation: OperatorOperation): OperatorOperation => ({
  ...operation,
  run: async (deps, request, principal) => {
    try {
      return await operation.run(deps, request, principal);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      // What an upload was refused for is computed already.
      const limit = isTold(error) ? 0 : undefined;
      const privateKeys = findPrivateKeys(request.body.toString('utf8'), limit);
      if (privateKeys.found.length === 0) throw error;
      await deps.disclosedKeys.add(privateKeys.disclosed);
      throw withPrivateKeyError(error, privateKeys);
    }
  },
});

const errorsIn = ({ problem }: ApiProblem): readonly FieldError[] =>
  ((problem.extensions ?? {}) as { readonly errors?: readonly FieldError[] }).errors ?? [];
const isTold = (problem: ApiProblem): boolean => errorsIn(problem).some(({ code }) => code === 'private_key');

function withPrivateKeyError(refusal: ApiProblem, { found }: PrivateKeys): ApiProblem {
  const { problem, headers } = refusal;
  const errors = errorsIn(refusal);
  if (isTold(refusal)) return new ApiProblem(problem, headers);
  const { code, allowed } = privateKeyError('The request');
  const sentence = blockingSentence(found.map(({ outcome }) => outcome));
  const added = { path: '/upload', code, allowed: `${allowed} ${sentence}` };
  return new ApiProblem(
    { ...problem, extensions: { ...problem.extensions, errors: [...errors, added] } },
    headers,
  );
}

/** What names a key for operators. */
type KeyName = Pick<TrustedKey, 'kid' | 'thumbprint'>;
type NamedKey = KeyName & PublicKey;

/** Returns those of the keys whose private keys were disclosed, each with the time at which that was seen. */
async function listDisclosed(
  { disclosedKeys: store }: Pick<UndisclosedReading, 'disclosedKeys'>,
  keys: readonly NamedKey[],
): Promise<readonly (KeyName & { readonly at: string })[]> {
  const times = await findDisclosed(store, keys);
  return keys.flatMap(({ kid: name, thumbprint }) => {
    const at = times.get(thumbprint);
    return at === undefined ? [] : [{ kid: name, thumbprint, at }];
  });
}

/** Returns what the API shows of a single record besides its keys: those that were disclosed, if any. */
export async function disclosedMember(
  reading: Pick<UndisclosedReading, 'disclosedKeys'>,
  keys: readonly NamedKey[],
): Promise<{ readonly disclosed?: readonly (KeyName & { readonly at: string })[] }> {
  const disclosed = await listDisclosed(reading, keys);
  return disclosed.length === 0 ? {} : { disclosed };
}

/**
 * Refuses to put keys in force whose private keys were disclosed after they were uploaded.
 * @throws {ApiProblem} naming each of them
 */
export async function requireUndisclosed(
  reading: Pick<UndisclosedReading, 'disclosedKeys'>,
  keys: readonly NamedKey[],
): Promise<void> {
  const disclosed = await listDisclosed(reading, keys);
  if (disclosed.length === 0) return;
  throw invalid(disclosed.map(({ kid: name }) => ({ path: '/keys', ...disclosedError(name) })));
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
