import { type KeyObject, sign } from 'node:crypto';

/** Writes ASN.1. */
export function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
const generalizedTime = (text: string): Buffer => tlv(0x18, Buffer.from(text));
const sha256WithRsa = sequence(tlv(0x06, hex('2a864886f70d01010b')), tlv(0x05));

/**
 * Makes a self-signed certificate of an RSA key.
 * @param times the validity as GeneralizedTime, which may be none that a calendar has
 * @param extensionOid the bytes of the object identifier of its one extension
 */
export function certificateOf(
  { privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  {
    notBefore = '20260101000000Z',
    notAfter = '21260101000000Z',
    extensionOid = hex('550e'),
  }: { readonly notBefore?: string; readonly notAfter?: string; readonly extensionOid?: Buffer } = {},
): Buffer {
  const name = sequence(tlv(0x31, sequence(tlv(0x06, hex('550403')), tlv(0x0c, Buffer.from('test')))));
  const extension = sequence(tlv(0x06, extensionOid), tlv(0x04, tlv(0x05)));
  const toBeSigned = sequence(
    tlv(0xa0, tlv(0x02, hex('02'))),
    tlv(0x02, hex('01')),
    sha256WithRsa,
    name,
    sequence(generalizedTime(notBefore), generalizedTime(notAfter)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    tlv(0xa3, sequence(extension)),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  return sequence(toBeSigned, sha256WithRsa, tlv(0x03, hex('00'), signature));
}
