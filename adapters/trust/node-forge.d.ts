/**
 * node-forge has no types. These cover the parts that are used here. Its strings hold one byte in each
 * character.
 */
declare module 'node-forge/lib/asn1.js' {
  export interface Asn1 {
    readonly tagClass: number;
    readonly type: number;
    readonly constructed: boolean;
    /** The bytes, or the text of a BMPString. */
    readonly value: string | readonly Asn1[];
  }

  const asn1: {
    fromDer(
      bytes: string,
      options: {
        readonly strict: boolean;
        readonly parseAllBytes: boolean;
        readonly decodeBitStrings: boolean;
        readonly maxDepth: number;
      },
    ): Asn1;
    derToOid(bytes: string): string;
  };
  export default asn1;
}

declare module 'node-forge/lib/rc2.js' {
  interface Bytes {
    getBytes(): string;
  }
  interface Cipher {
    readonly output: Bytes;
    start(iv: string, output: null): void;
    update(input: Bytes): void;
    /** Returns false if the padding is wrong. */
    finish(): boolean;
  }
  const rc2: {
    createDecryptionCipher(key: string, effectiveBits: number): Cipher;
    createEncryptionCipher(key: string, effectiveBits: number): Cipher;
  };
  export default rc2;
}

declare module 'node-forge/lib/util.js' {
  const util: { createBuffer(bytes: string): { getBytes(): string } };
  export default util;
}
