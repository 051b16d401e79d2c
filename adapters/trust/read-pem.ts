import { createPublicKey, X509Certificate } from 'node:crypto';
import type { KeyMaterial } from '../../core/trust/key-rules.ts';
import { type KeyError, InvalidKeys, privateKeyError } from '../../core/trust/key-errors.ts';
import { readCertificate } from './certificate.ts';
import { jwkOf } from './public-key.ts';

interface Block {
  readonly label: string;
  readonly der: Buffer;
}

/** How many blocks an upload may have. */
export const maxBlocks = 20;
const allowed = 'CERTIFICATE, PUBLIC KEY and RSA PUBLIC KEY';

/**
 * Reads certificates and public keys in PEM (RFC 7468).
 * @throws {InvalidKeys}
 */
export function readPem(text: string, kid: string | undefined): readonly KeyMaterial[] {
  const blocks = blocksOf(text);
  if (blocks.length === 0) {
    throw new InvalidKeys([{ code: 'no_key', allowed: `PEM has at least one block: ${allowed}.` }]);
  }
  if (blocks.length > maxBlocks) {
    throw new InvalidKeys([{ code: 'too_many_keys', allowed: `At most ${maxBlocks} blocks.` }]);
  }
  if (kid !== undefined && blocks.length > 1) {
    throw new InvalidKeys([
      { code: 'bad_kid', allowed: 'A kid is given for one key; upload each key by itself.' },
    ]);
  }
  const faults: KeyError[] = [];
  const materials = blocks.flatMap(({ label, der }, index) => {
    const where = `Block ${index + 1}`;
    if (label.endsWith('PRIVATE KEY')) {
      faults.push(privateKeyError(where));
      return [];
    }
    const material = materialOf(label, der);
    if (material === undefined) {
      faults.push({ code: 'malformed', allowed: `${where}: it must be one of ${allowed}, in DER.` });
      return [];
    }
    return [{ where, ...(kid !== undefined && { kid }), ...material }];
  });
  faults.push(...findIssuingCertificates(blocks));
  if (faults.length > 0) throw new InvalidKeys(faults);
  return materials;
}

function blocksOf(text: string): readonly Block[] {
  return text
    .split('-----BEGIN ')
    .slice(1)
    .map((piece) => {
      const [label = '', ...rest] = piece.split('-----', 2);
      const end = piece.indexOf(`-----END ${label}-----`);
      const body = piece.slice(label.length + 5, end).replace(/\s/gu, '');
      const isWhole = end !== -1 && rest.length > 0 && /^[A-Za-z0-9+/]+={0,2}$/u.test(body);
      return { label, der: isWhole ? Buffer.from(body, 'base64') : Buffer.alloc(0) };
    });
}

function materialOf(label: string, der: Buffer): Omit<KeyMaterial, 'where' | 'kid'> | undefined {
  try {
    if (label === 'CERTIFICATE') {
      const { publicKey, facts } = readCertificate(der);
      return { ...withJwk(jwkOf(publicKey)), certificate: facts };
    }
    if (label === 'PUBLIC KEY') {
      return withJwk(jwkOf(createPublicKey({ key: der, format: 'der', type: 'spki' })));
    }
    if (label === 'RSA PUBLIC KEY') {
      return withJwk(jwkOf(createPublicKey({ key: der, format: 'der', type: 'pkcs1' })));
    }
    return undefined;
  } catch {
    return undefined;
  }
}

const withJwk = (jwk: KeyMaterial['jwk']) => (jwk === undefined ? {} : { jwk });

/**
 * Finds certificates that issued another one in the same upload. If a whole chain were registered, every
 * token signed by its authorities would be accepted.
 */
function findIssuingCertificates(blocks: readonly Block[]): readonly KeyError[] {
  const certificates = blocks.flatMap(({ label, der }, index) => {
    try {
      return label === 'CERTIFICATE' ? [{ index, certificate: new X509Certificate(der) }] : [];
    } catch {
      return [];
    }
  });
  return certificates.flatMap(({ index, certificate }) => {
    const issued = certificates.find(
      (other) =>
        other.index !== index &&
        other.certificate.checkIssued(certificate) &&
        !other.certificate.raw.equals(certificate.raw),
    );
    return issued === undefined
      ? []
      : [
          {
            code: 'issuing_certificate',
            allowed: `Block ${index + 1}: it is the authority of block ${issued.index + 1}; leave the chain out, only certificates that sign tokens belong here.`,
          } as const,
        ];
  });
}
