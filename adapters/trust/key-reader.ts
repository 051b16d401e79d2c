import type { Clock } from '../../core/clock.ts';
import { Unavailable } from '../../core/errors.ts';
import { daysLeft } from '../../core/trust/expiry.ts';
import { withKeys } from '../../core/trust/key-list.ts';
import { type KeyMaterial, trustedKey } from '../../core/trust/key-rules.ts';
import {
  blockingSentence,
  type KeyError,
  InvalidKeys,
  privateKeyError,
} from '../../core/trust/key-errors.ts';
import type { KeysRead, KeyUpload, ReadKeys } from '../../core/trust/key-upload.ts';
import { type TrustedAlgorithm, type TrustedKey, warningDays } from '../../core/trust/records.ts';
import { AddressRefused } from '../http/public-exchange.ts';
import { findPrivateKeys, type PrivateKey, type PrivateKeys } from './private-keys.ts';
import { maxUploaded, readJwks, readPublishedJwks } from './read-jwks.ts';
import { maxBlocks, readPem } from './read-pem.ts';
import { readPkcs12 } from './read-pkcs12.ts';

/** The maximum size of an upload. */
const maxUploadBytes = 65_536;
const maxPasswordCharacters = 1000;

interface ReadResult {
  readonly materials: readonly KeyMaterial[];
  readonly warnings: readonly string[];
}

/**
 * Creates the reader of uploaded keys.
 * @param readJson reads the document at an address that a third party named
 */
export function createKeyReader({
  clock,
  readJson,
}: {
  readonly clock: Clock;
  readonly readJson: (url: string) => Promise<unknown>;
}): ReadKeys {
  const readAt = async (url: string): Promise<unknown> => {
    try {
      return await readJson(url);
    } catch (error) {
      if (error instanceof AddressRefused) {
        throw new InvalidKeys([{ code: 'bad_address', allowed: error.message }], { cause: error });
      }
      if (error instanceof Unavailable) {
        throw new InvalidKeys(
          [{ code: 'unreadable', allowed: `The address must answer with a JWK set: ${error.detail}.` }],
          { cause: error },
        );
      }
      throw error;
    }
  };

  return async (upload) => {
    checkSize(upload);
    const document = upload.kind === 'jwksUrl' ? await readAt(upload.url) : undefined;
    const now = clock.now();
    const privateKeys = findPrivateKeys(upload.kind === 'jwksUrl' ? document : upload);
    const { keys, warnings, ...ofUrl } = tellingOf(upload, privateKeys, () =>
      upload.kind === 'jwksUrl'
        ? readPublished(document, upload.algorithm, privateKeys, now)
        : readUploaded(upload, privateKeys, now),
    );
    return {
      keys,
      warnings: [...warnings, ...keys.flatMap((key) => expiryWarnings(key, now))],
      ...ofUrl,
    };
  };
}

type Uploaded = Exclude<KeyUpload, { kind: 'jwksUrl' }>;

/** @throws {InvalidKeys} naming everything that is wrong with the upload */
function readUploaded(upload: Uploaded, privateKeys: PrivateKeys, now: Date): KeysRead {
  const { materials, warnings } = materialsOf(upload);
  if (privateKeys.found.length > 0) throw new InvalidKeys([]);
  return { keys: toTrustedKeys(materials, upload, now), warnings };
}

function materialsOf(upload: Uploaded): ReadResult {
  switch (upload.kind) {
    case 'pkcs12':
      return readPkcs12(upload);
    case 'pem':
      return { materials: readPem(upload.text, upload.kid), warnings: [] };
    case 'jwks':
      return readJwks(upload.document);
  }
}

/** The chosen algorithm is for RSA keys that name none. Any other key has its own. */
function readPublished(
  document: unknown,
  chosen: TrustedAlgorithm | undefined,
  { disclosed }: PrivateKeys,
  now: Date,
): KeysRead {
  const read = readPublishedJwks(document, disclosed, (material) => {
    const leavesOpen = material.jwk?.['kty'] === 'RSA' && material.algorithm === undefined;
    return trustedKey(material, leavesOpen ? chosen : undefined, now);
  });
  return { ...read, disclosed };
}

/**
 * Runs a reader. If it refuses what has private keys, the errors say what becomes of these.
 * @throws {InvalidKeys}
 */
function tellingOf(
  upload: KeyUpload,
  { found, disclosed, areMoreLeftOut }: PrivateKeys,
  run: () => KeysRead,
): KeysRead {
  try {
    return orMalformed(run);
  } catch (error) {
    if (!(error instanceof InvalidKeys)) throw error;
    const places = Map.groupBy(found, ({ path }) => placeOf(upload, path));
    const errors = [...places].map(([where, keys]): readonly [string, KeyError] => {
      const { code, allowed } = privateKeyError(where);
      const ending = blockingSentence(keys.map(({ outcome }) => outcome));
      return [allowed, { code, allowed: `${allowed} ${ending}` }];
    });
    // The readers name the same keys, and do not know what becomes of them.
    const others = error.faults
      .filter(({ allowed }) => !errors.some(([short]) => short === allowed))
      .map((fault) => (fault.code === 'private_key' ? withEnding(fault, areMoreLeftOut) : fault));
    throw new InvalidKeys([...errors.map(([, full]) => full), ...others], { cause: error, disclosed });
  }
}

/** Says of a private key that only a reader has seen what becomes of its public half. */
const withEnding = ({ code, allowed }: KeyError, areMoreLeftOut: boolean): KeyError => ({
  code,
  allowed: `${allowed} ${blockingSentence([areMoreLeftOut ? 'left_out' : 'unread'])}`,
});

/** Returns how errors name the place of a private key in an upload, as the readers of JWK sets and PEM do. */
function placeOf({ kind }: KeyUpload, [member, first, second]: PrivateKey['path']): string {
  if (kind === 'jwks' && member === 'document' && first === 'keys' && Number(second) < maxUploaded) {
    return `Key ${Number(second) + 1}`;
  }
  if (kind === 'pem' && member === 'text' && typeof first === 'number' && first < maxBlocks) {
    return `Block ${first + 1}`;
  }
  return 'The upload';
}

/**
 * Runs a reader. Whatever it throws is the sender's doing, since the bytes are the sender's.
 * @throws {InvalidKeys}
 */
function orMalformed<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof InvalidKeys) throw error;
    throw new InvalidKeys([{ code: 'malformed', allowed: 'The keys must be as their standard has them.' }], {
      cause: error,
    });
  }
}

/** The parts of a JWK set are limited where they are read, so this checks only the other uploads. */
function checkSize(upload: KeyUpload): void {
  if (sizeOf(upload) > maxUploadBytes) {
    throw new InvalidKeys([{ code: 'too_large', allowed: `At most ${maxUploadBytes} bytes.` }]);
  }
  if (upload.kind === 'pkcs12' && upload.password.length > maxPasswordCharacters) {
    throw new InvalidKeys([
      { code: 'too_large', allowed: `A password of at most ${maxPasswordCharacters} characters.` },
    ]);
  }
}

/** Returns the approximate size of an upload in bytes. Keystores come as Base64, 4 characters for 3 bytes. */
function sizeOf(upload: KeyUpload): number {
  switch (upload.kind) {
    case 'pkcs12':
      return upload.file.length * 0.75;
    case 'pem':
      return upload.text.length;
    case 'jwks':
    case 'jwksUrl':
      return 0;
  }
}

/** @throws {InvalidKeys} naming everything that is wrong with the keys */
function toTrustedKeys(
  materials: readonly KeyMaterial[],
  { algorithm }: KeyUpload,
  now: Date,
): readonly TrustedKey[] {
  if (materials.length === 0) {
    throw new InvalidKeys([{ code: 'no_key', allowed: 'There must be at least one key for signatures.' }]);
  }
  const faults: KeyError[] = [];
  const keys: TrustedKey[] = [];
  for (const material of materials) {
    const result = trustedKey(material, algorithm, now);
    if ('thumbprint' in result) keys.push(result);
    else faults.push(...result);
  }
  if (faults.length > 0) throw new InvalidKeys(faults);
  return withKeys([], keys);
}

function expiryWarnings(key: TrustedKey, now: Date): readonly string[] {
  const left = daysLeft(key, now);
  return left === undefined || left >= warningDays[0]
    ? []
    : [`The certificate of ${key.kid} expires in ${left} days.`];
}
