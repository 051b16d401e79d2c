/** A key that generates message authentication codes (KMS HMAC_256). The key itself never leaves KMS. */
export interface MacKey {
  /** Returns 32 bytes, which are the same for the same message. */
  generate(message: string): Promise<Uint8Array>;
}

/** Verifies message authentication codes. */
export interface MacVerifier {
  /** Tells whether `mac` was generated for `message` with the same key. */
  verify(message: string, mac: Uint8Array): Promise<boolean>;
}
