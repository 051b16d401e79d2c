const magic = Buffer.from('openssh-key-v1\0', 'latin1');
const curves: Readonly<Record<string, string>> = { nistp256: 'P-256', nistp384: 'P-384', nistp521: 'P-521' };

/**
 * Returns the members of an unencrypted private key in the format of OpenSSH (PROTOCOL.key) as a JWK. Node.js
 * does not read that format.
 * @returns undefined if it is encrypted, of another type, or not in this format
 */
export function openSshJwk(data: Buffer): Readonly<Record<string, string>> | undefined {
  if (!data.subarray(0, magic.length).equals(magic)) return undefined;
  const outer = fieldReader(data.subarray(magic.length));
  const [cipher, , , keyCount] = [outer.text(), outer.text(), outer.text(), outer.number()];
  if (cipher !== 'none' || keyCount !== 1) return undefined;
  outer.bytes(); // The public key, which nothing ties to the private one.
  const inner = fieldReader(outer.bytes());
  inner.number(); // Twice the same number, by which a wrong passphrase is noticed.
  inner.number();
  return privateJwk(inner);
}

function privateJwk(fields: FieldReader): Readonly<Record<string, string>> | undefined {
  const type = fields.text();
  if (type === 'ssh-ed25519') {
    fields.bytes(); // The public key again.
    return { kty: 'OKP', crv: 'Ed25519', d: base64url(fields.bytes().subarray(0, 32)) };
  }
  if (type.startsWith('ecdsa-sha2-')) {
    const crv = curves[fields.text()];
    fields.bytes(); // The public key again.
    return crv === undefined ? undefined : { kty: 'EC', crv, d: base64url(withoutZeros(fields.bytes())) };
  }
  if (type !== 'ssh-rsa') return undefined;
  const [n, e, d, , p, q] = Array.from({ length: 6 }, () => base64url(withoutZeros(fields.bytes())));
  return { kty: 'RSA', n: n ?? '', e: e ?? '', d: d ?? '', p: p ?? '', q: q ?? '' };
}

interface FieldReader {
  readonly number: () => number;
  readonly bytes: () => Buffer;
  readonly text: () => string;
}

/** Reads the fields of RFC 4251 §5 one after the other. It throws a RangeError after the last one. */
function fieldReader(data: Buffer): FieldReader {
  let offset = 0;
  const number = (): number => {
    const value = data.readUInt32BE(offset);
    offset += 4;
    return value;
  };
  const bytes = (): Buffer => {
    const length = number();
    if (offset + length > data.length) throw new RangeError('the field is longer than the data');
    offset += length;
    return data.subarray(offset - length, offset);
  };
  return { number, bytes, text: () => bytes().toString('latin1') };
}

const base64url = (data: Buffer): string => data.toString('base64url');

/** A number has a zero in front if its first bit is set. */
const withoutZeros = (data: Buffer): Buffer => data.subarray(data.findIndex((byte) => byte !== 0));
