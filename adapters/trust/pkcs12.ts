import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  algorithmOf,
  childrenOf,
  type Element,
  explicit,
  integerOf,
  NotAsExpected,
  octetsOf,
  oidOf,
  readElement,
  tagged,
  textOf,
} from './asn1.ts';
import {
  decrypt,
  derivePbkdf2,
  derivePkcs12,
  type Digest,
  digestBytes,
  hmacOf,
  NotSupported,
  type Opener,
  openersOf,
} from './password-encryption.ts';

/** The password does not open the keystore, or the keystore was changed after it was made. */
export class WrongPassword extends Error {
  override readonly name = 'WrongPassword';
}

/** The parts of a keystore that are used. */
export interface Keystore {
  readonly certificates: readonly {
    /** The certificate's friendly name, or that of the private key that belongs to it. */
    readonly alias: string | undefined;
    readonly der: Buffer;
  }[];
  /** Whether it also holds private keys. They are neither decrypted nor kept. */
  readonly hasPrivateKeys: boolean;
}

const data = '1.2.840.113549.1.7.1';
const encryptedData = '1.2.840.113549.1.7.6';
const bags = {
  key: '1.2.840.113549.1.12.10.1.1',
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  safeContents: '1.2.840.113549.1.12.10.1.6',
} as const;
const x509Certificate = '1.2.840.113549.1.9.22.1';
const attributes = { friendlyName: '1.2.840.113549.1.9.20', localKeyId: '1.2.840.113549.1.9.21' } as const;
const pbmac1 = '1.2.840.113549.1.5.14';
const digests: Readonly<Record<string, Digest>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/**
 * Reads the certificates of a PKCS#12 keystore (RFC 7292, RFC 9879). Both current and legacy encryption are
 * supported. The MAC shows whether the password is right.
 * @throws {NotAsExpected}
 * @throws {NotSupported}
 * @throws {TooManyIterations}
 * @throws {WrongPassword}
 */
export function readKeystore(file: Uint8Array, password: string): Keystore {
  const [version, authSafe, macData] = childrenOf(readElement(file));
  if (integerOf(version) !== 3) throw new NotAsExpected('no PKCS#12 of version 3');
  const content = contentOf(authSafe);
  // Such a keystore is protected by certificates and not by a password.
  if (content.type !== data || macData === undefined) throw new NotSupported();
  const authenticated = octetsOf(content.element);
  const openers = openersOf(password);
  const opener = openers.find((each) => isMacRight(each, macData, authenticated));
  if (opener === undefined) throw new WrongPassword();
  // A program may derive the keys of the encryption from another form of no password than that of the MAC.
  const forms = [opener, ...openers.filter((each) => each !== opener)];
  return keystoreOf(
    childrenOf(readElement(authenticated)).flatMap((each) => bagsOf(safeContentsOf(forms, each))),
  );
}

/** Reads a ContentInfo, RFC 7292 §4. */
function contentOf(element: Element | undefined): { readonly type: string; readonly element: Element } {
  const parts = childrenOf(element);
  return { type: oidOf(parts[0]), element: explicit(parts, 0) };
}

/** Verifies MacData, RFC 7292 §4 and RFC 9879. */
function isMacRight(opener: Opener, macData: Element, authenticated: Buffer): boolean {
  const [digestInfo, macSalt, iterations] = childrenOf(macData);
  const [algorithm, digestValue] = childrenOf(digestInfo);
  const { oid, parameters } = algorithmOf(algorithm);
  const { digest, key } = oid === pbmac1 ? pbmac1Key(opener, parameters) : legacyMacKey(oid);
  const expected = createHmac(digest, key).update(authenticated).digest();
  const given = octetsOf(digestValue);
  return given.length === expected.length && timingSafeEqual(given, expected);

  function legacyMacKey(digestOid: string): { readonly digest: Digest; readonly key: Buffer } {
    const macDigest = digests[digestOid];
    if (macDigest === undefined) throw new NotSupported();
    const rounds = iterations === undefined ? 1 : integerOf(iterations);
    return {
      digest: macDigest,
      key: derivePkcs12(opener, {
        digest: macDigest,
        purpose: 3,
        salt: octetsOf(macSalt),
        iterations: rounds,
        bytes: digestBytes(macDigest),
      }),
    };
  }
}

function pbmac1Key(
  opener: Opener,
  parameters: Element | undefined,
): { readonly digest: Digest; readonly key: Buffer } {
  const [derivation, scheme] = childrenOf(parameters);
  const digest = hmacOf(scheme);
  return { digest, key: derivePbkdf2(opener, derivation, digestBytes(digest)) };
}

/**
 * Returns the bags of one part of the file. If the part is encrypted, decrypts it by the first form of the
 * password that opens it.
 */
function safeContentsOf(forms: readonly Opener[], part: Element): Element {
  const { type, element } = contentOf(part);
  if (type === data) return readElement(octetsOf(element));
  if (type !== encryptedData) throw new NotSupported();
  const [, encryptedContentInfo] = childrenOf(element);
  const parts = childrenOf(encryptedContentInfo);
  if (oidOf(parts[0]) !== data) throw new NotSupported();
  const encrypted = octetsOf(tagged(parts, 0), true);
  let failure: unknown;
  for (const opener of forms) {
    try {
      return readElement(decrypt(opener, parts[1], encrypted));
    } catch (error) {
      if (!(error instanceof NotAsExpected)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

interface Bag {
  readonly type: string;
  readonly value: Element;
  readonly friendlyName: string | undefined;
  readonly localKeyId: string | undefined;
}

/** Returns the bags of a part and of all parts nested in it. */
function bagsOf(safeContents: Element): readonly Bag[] {
  return childrenOf(safeContents).flatMap((element) => {
    const parts = childrenOf(element);
    const type = oidOf(parts[0]);
    const value = explicit(parts, 0);
    if (type === bags.safeContents) return bagsOf(value);
    const given =
      parts[2] === undefined
        ? []
        : childrenOf(parts[2], 'set').map((attribute) => {
            const [name, values] = childrenOf(attribute);
            return { name: oidOf(name), value: childrenOf(values, 'set')[0] };
          });
    const attribute = (name: string) => given.find((each) => each.name === name)?.value;
    const friendlyName = attribute(attributes.friendlyName);
    const localKeyId = attribute(attributes.localKeyId);
    return [
      {
        type,
        value,
        friendlyName: friendlyName && textOf(friendlyName),
        localKeyId: localKeyId && octetsOf(localKeyId).toString('hex'),
      },
    ];
  });
}

function keystoreOf(all: readonly Bag[]): Keystore {
  const keys = all.filter(({ type }) => type === bags.key || type === bags.shroudedKey);
  const certificates = all
    .filter(({ type }) => type === bags.certificate)
    .map(({ value, friendlyName, localKeyId }) => {
      const parts = childrenOf(value);
      if (oidOf(parts[0]) !== x509Certificate) throw new NotSupported();
      // Windows gives the friendly name to the private key only.
      const ofItsKey = keys.find(
        (key) => key.localKeyId !== undefined && key.localKeyId === localKeyId,
      )?.friendlyName;
      return { alias: friendlyName ?? ofItsKey, der: octetsOf(explicit(parts, 0)) };
    });
  return { certificates, hasPrivateKeys: keys.length > 0 };
}
