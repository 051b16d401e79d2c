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

/** Of whatever is uploaded. */
const mostBytes = 65_536;
const mostPasswordCharacters = 1000;

interface Read {
  readonly materials: readonly KeyMaterial[];
  readonly warnings: readonly string[];
}

/** Reads uploads; `readJson` reads the document at an address that a third party named. */
export function createKeyReader({
  clock,
  readJson,
}: {
  readonly clock: Clock;
  readonly readJson: (url: string) => Promise<unknown>;
}): ReadKeys {
  const read = async (upload: KeyUpload): Promise<Read> => {
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
    const keys = judged(materials, upload, now);
    return { keys, warnings: [...warnings, ...keys.flatMap((key) => soonOver(key, now))] };
  };
}

/** Of a JWK set each part has its limit where it is read. */
function checkSize(upload: KeyUpload): void {
  const bytes =
    upload.kind === 'pkcs12' ? upload.file.length * 0.75 : upload.kind === 'pem' ? upload.text.length : 0;
  if (bytes > mostBytes) {
    throw new InvalidKeys([{ code: 'too_large', allowed: `At most ${mostBytes} bytes.` }]);
  }
  if (upload.kind === 'pkcs12' && upload.password.length > mostPasswordCharacters) {
    throw new InvalidKeys([
      { code: 'too_large', allowed: `A password of at most ${mostPasswordCharacters} characters.` },
    ]);
  }
}

function judged(
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

function soonOver(key: TrustedKey, now: Date): readonly string[] {
  const left = daysLeft(key, now);
  return left === undefined || left >= warningDays[0]
    ? []
    : [`The certificate of ${key.kid} expires in ${left} days.`];
}
