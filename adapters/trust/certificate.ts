import { type KeyObject, X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../../core/trust/key-rules.ts';
import {
  algorithmOf,
  bytesOf,
  childrenOf,
  type Element,
  NotAsExpected,
  octetsOf,
  oidOf,
  readElement,
  tagged,
} from './asn1.ts';

/**
 * The hashes of signature algorithms: RFC 8017 §A.2.4, RFC 5758 §3.2, RFC 8410 §3. Algorithms that are
 * unknown or weak are not listed.
 */
const hashes: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.11': 'SHA-256',
  '1.2.840.113549.1.1.12': 'SHA-384',
  '1.2.840.113549.1.1.13': 'SHA-512',
  '1.2.840.10045.4.3.2': 'SHA-256',
  '1.2.840.10045.4.3.3': 'SHA-384',
  '1.2.840.10045.4.3.4': 'SHA-512',
  '1.3.101.112': 'none',
  // The hash algorithms themselves, as RSASSA-PSS names them.
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};
const rsassaPss = '1.2.840.113549.1.1.10';
const keyUsage = '2.5.29.15';
/** The bits digitalSignature and nonRepudiation, RFC 5280 §4.2.1.3. */
const signatureBits = 0b1100_0000;

/**
 * Reads a DER-encoded certificate (RFC 5280).
 * @throws {NotAsExpected}
 */
export function readCertificate(der: Buffer): {
  readonly publicKey: KeyObject;
  readonly facts: CertificateFacts;
} {
  const [tbsCertificate, signatureAlgorithm] = childrenOf(readElement(der));
  const { certificate, publicKey } = parse(der);
  return {
    publicKey,
    facts: {
      notBefore: dateOf(certificate.validFrom, certificate.validFromDate),
      notAfter: dateOf(certificate.validTo, certificate.validToDate),
      signatureHash: hashOf(signatureAlgorithm),
      forSignatures: isForSignatures(childrenOf(tbsCertificate)),
    },
  };
}

function parse(der: Buffer): { readonly certificate: X509Certificate; readonly publicKey: KeyObject } {
  try {
    const certificate = new X509Certificate(der);
    // Reading `publicKey` throws if OpenSSL does not know the key type.
    return { certificate, publicKey: certificate.publicKey };
  } catch (error) {
    throw new NotAsExpected('no certificate', { cause: error });
  }
}

/**
 * Returns a date of a certificate. If OpenSSL cannot read it, the text says so, while Node.js returns any
 * date at all.
 * @param text the date as OpenSSL prints it, such as `Jan  1 00:00:00 2030 GMT`
 */
function dateOf(text: string, date: Date): Date {
  if (!printedDate.test(text) || Number.isNaN(date.getTime())) throw new NotAsExpected('no date');
  return date;
}

/** OpenSSL prints `Bad time value` for a date that it cannot read. */
const printedDate =
  /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4} GMT$/u;

function hashOf(signatureAlgorithm: Element | undefined): string | undefined {
  const { oid, parameters } = algorithmOf(signatureAlgorithm);
  if (oid !== rsassaPss) return hashes[oid];
  // RFC 8017 §A.2.3: the default hash is SHA-1, which is too weak.
  const hash = parameters && tagged(childrenOf(parameters), 0)?.value[0];
  return hash === undefined || typeof hash === 'string' ? undefined : hashes[algorithmOf(hash).oid];
}

function isForSignatures(tbsCertificate: readonly Element[]): boolean {
  const extensions = tagged(tbsCertificate, 3)?.value[0];
  if (extensions === undefined || typeof extensions === 'string') return true;
  for (const extension of childrenOf(extensions)) {
    const parts = childrenOf(extension);
    if (oidOf(parts[0]) !== keyUsage) continue;
    const [, bits = 0] = bytesOf(readElement(octetsOf(parts.at(-1))));
    return (bits & signatureBits) !== 0;
  }
  return true;
}
