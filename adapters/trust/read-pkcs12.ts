import type { KeyMaterial } from '../../core/trust/key-rules.ts';
import { type KeyError, InvalidKeys } from '../../core/trust/key-errors.ts';
import type { KeyUpload } from '../../core/trust/key-upload.ts';
import { NotAsExpected } from './asn1.ts';
import { readCertificate } from './certificate.ts';
import { mostIterations, NotSupported, TooManyIterations } from './password-encryption.ts';
import { type Keystore, readKeystore, WrongPassword } from './pkcs12.ts';
import { jwkOf } from './public-key.ts';

/**
 * Reads one certificate from a keystore.
 * @throws {InvalidKeys}
 */
export function readPkcs12({ file, password, alias, kid = alias }: Extract<KeyUpload, { kind: 'pkcs12' }>): {
  readonly materials: readonly KeyMaterial[];
  readonly warnings: readonly string[];
} {
  const { certificates, hasPrivateKeys } = open(file, password);
  const [found, ...more] = certificates.filter((each) => each.alias === alias);
  if (found === undefined) {
    refuse({ code: 'unknown_alias', allowed: `No certificate has this alias. ${aliasesOf(certificates)}` });
  }
  if (more.length > 0) {
    refuse({
      code: 'ambiguous_alias',
      allowed: 'Several certificates have this alias: export the one that signs tokens by itself.',
    });
  }
  return {
    materials: [materialOf(found.der, kid)],
    warnings: hasPrivateKeys
      ? [
          'The keystore holds a private key. It was not decrypted and not kept; the third party should send its certificate alone.',
        ]
      : [],
  };
}

function open(file: string, password: string): Keystore {
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/u.test(file)) {
    refuse({ code: 'malformed', allowed: 'The keystore comes as base64.' });
  }
  try {
    return readKeystore(Buffer.from(file, 'base64'), password);
  } catch (error) {
    if (error instanceof WrongPassword) {
      refuse({
        code: 'wrong_password',
        allowed: 'The password must be that of the keystore, and the keystore unchanged.',
      });
    }
    if (error instanceof TooManyIterations) {
      refuse({
        code: 'too_many_iterations',
        allowed: `Opening a keystore takes ${mostIterations} iterations in all at most.`,
      });
    }
    if (error instanceof NotSupported) {
      refuse({
        code: 'not_supported',
        allowed:
          'A keystore is protected by a password: encrypted by PBES2 with AES, or by SHA-1 with 3DES or RC2, and with a MAC of SHA-1 or SHA-2.',
      });
    }
    if (error instanceof NotAsExpected) {
      refuse({ code: 'malformed', allowed: 'The file must be a PKCS#12 keystore (RFC 7292), whole.' });
    }
    throw error;
  }
}

function materialOf(der: Buffer, kid: string): KeyMaterial {
  try {
    const { publicKey, facts } = readCertificate(der);
    const jwk = jwkOf(publicKey);
    return { where: 'The certificate', kid, certificate: facts, ...(jwk !== undefined && { jwk }) };
  } catch (error) {
    if (error instanceof NotAsExpected) {
      refuse({
        code: 'malformed',
        allowed: 'The certificate in the keystore must be one of X.509 (RFC 5280).',
      });
    }
    throw error;
  }
}

function aliasesOf(certificates: Keystore['certificates']): string {
  const aliases = certificates
    .flatMap(({ alias }) => (alias === undefined ? [] : [JSON.stringify(alias.slice(0, 100))]))
    .slice(0, 20);
  return aliases.length > 0
    ? `There are: ${aliases.join(', ')}.`
    : 'No certificate in the keystore has one: have it exported with a name.';
}

function refuse(fault: KeyError): never {
  throw new InvalidKeys([fault]);
}
