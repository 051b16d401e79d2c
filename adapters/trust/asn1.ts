import asn1, { type Asn1 } from 'node-forge/lib/asn1.js';

/** The bytes do not have the structure that the standard requires. The message never quotes them. */
export class NotAsExpected extends Error {
  override readonly name = 'NotAsExpected';
}

/** An element of X.690. It may be BER, since the keystores of some programs are not DER. */
export type Element = Asn1;

const universal = { integer: 2, octetString: 4, oid: 6, sequence: 16, set: 17, bmpString: 30 } as const;
type Universal = keyof typeof universal;

/** The maximum nesting, deeper than any structure that is read here. */
const maxDepth = 32;

/**
 * Parses one element.
 * @throws {NotAsExpected} if the bytes are not exactly one complete element
 */
export function readElement(bytes: Uint8Array): Element {
  try {
    return asn1.fromDer(Buffer.from(bytes).toString('latin1'), {
      strict: true,
      parseAllBytes: true,
      decodeBitStrings: false,
      maxDepth,
    });
  } catch (error) {
    throw new NotAsExpected('not BER', { cause: error });
  }
}

const isA = (element: Element | undefined, type: Universal): element is Element =>
  element?.tagClass === 0 && element.type === universal[type];

/** Returns the children of a SEQUENCE or SET. */
export function childrenOf(
  element: Element | undefined,
  type: 'sequence' | 'set' = 'sequence',
): readonly Element[] {
  if (!isA(element, type) || typeof element.value === 'string') throw new NotAsExpected(`no ${type}`);
  return element.value;
}

/** Returns the element with a context-specific tag, if there is one. */
export const tagged = (elements: readonly Element[], tag: number): Element | undefined =>
  elements.find(({ tagClass, type }) => tagClass === 0x80 && type === tag);

/** Returns the content of an EXPLICIT context-specific tag. */
export function explicit(elements: readonly Element[], tag: number): Element {
  const inner = tagged(elements, tag)?.value;
  if (inner === undefined || typeof inner === 'string' || inner[0] === undefined || inner.length > 1) {
    throw new NotAsExpected(`no [${tag}]`);
  }
  return inner[0];
}

/**
 * Returns the bytes of an OCTET STRING, in one piece or several.
 * @param implicit whether a context-specific tag replaces the element's own tag
 */
export function octetsOf(element: Element | undefined, implicit = false): Buffer {
  if (element === undefined || (!implicit && !isA(element, 'octetString'))) {
    throw new NotAsExpected('no OCTET STRING');
  }
  const { value } = element;
  return typeof value === 'string'
    ? Buffer.from(value, 'latin1')
    : Buffer.concat(value.map((piece) => octetsOf(piece)));
}

/** Returns the bytes of a primitive element. Those of a BIT STRING begin with the number of unused bits. */
export function bytesOf(element: Element | undefined): Buffer {
  if (typeof element?.value !== 'string') throw new NotAsExpected('not primitive');
  return Buffer.from(element.value, 'latin1');
}

/** Returns an object identifier in dotted form. */
export function oidOf(element: Element | undefined): string {
  if (!isA(element, 'oid') || typeof element.value !== 'string' || element.value === '') {
    throw new NotAsExpected('no OBJECT IDENTIFIER');
  }
  try {
    return asn1.derToOid(element.value);
  } catch (error) {
    throw new NotAsExpected('OBJECT IDENTIFIER out of range', { cause: error });
  }
}

/** Returns a whole number from 0 to 2^31 - 1. */
export function integerOf(element: Element | undefined): number {
  if (!isA(element, 'integer') || typeof element.value !== 'string') throw new NotAsExpected('no INTEGER');
  const bytes = Buffer.from(element.value, 'latin1');
  // No number that is read here needs more than four bytes.
  if (bytes.length === 0 || bytes.length > 4) throw new NotAsExpected('INTEGER out of range');
  const value = bytes.readIntBE(0, bytes.length);
  if (value < 0) throw new NotAsExpected('INTEGER out of range');
  return value;
}

export const isInteger = (element: Element | undefined): boolean => isA(element, 'integer');
export const isOctets = (element: Element | undefined): boolean => isA(element, 'octetString');

/** Returns the text of a BMPString. */
export function textOf(element: Element | undefined): string {
  if (!isA(element, 'bmpString') || typeof element.value !== 'string') {
    throw new NotAsExpected('no BMPString');
  }
  return element.value;
}

/** Returns the parts of an AlgorithmIdentifier, RFC 5280 §4.1.1.2. */
export function algorithmOf(element: Element | undefined): {
  readonly oid: string;
  readonly parameters: Element | undefined;
} {
  const [oid, parameters] = childrenOf(element);
  return { oid: oidOf(oid), parameters };
}
