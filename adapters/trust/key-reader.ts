import type { Clock } from '../../core/clock.ts';
import { Unavailable } from '../../core/errors.ts';
import { daysLeft } from '../../core/trust/expiry.ts';
import { withKeys } from '../../core/trust/key-list.ts';
import { type KeyMaterial, trustedKey } from '../../core/trust/key-rules.ts';
import { type KeyError, InvalidKeys, type KeyUpload, type ReadKeys } from '../../core/trust/key-upload.ts';
import { type TrustedKey, warningDays } from '../../core/trust/records.ts';
import { AddressRefused } from '../http/public-json.ts';
import { readJwks } from './read-jwks.ts';
import { readPem } from './read-pem.ts';
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
  const read = async (upload: KeyUpload): Promise<ReadResult> => {
    switch (upload.kind) {
      case 'pkcs12':
        return readPkcs12(upload);
      case 'pem':
        return { materials: readPem(upload.text, upload.kid), warnings: [] };
      case 'jwks':
        return readJwks(upload.document);
      case 'jwksUrl':
        return readJwks(await readAt(upload.url));
    }
  };

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
    const { materials, warnings } = await read(upload);
    const now = clock.now();
    const keys = toTrustedKeys(materials, upload, now);
    return { keys, warnings: [...warnings, ...keys.flatMap((key) => expiryWarnings(key, now))] };
  };
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
