/** A key that never leaves its vault and makes or checks message authentication codes (KMS HMAC_256). */
export interface MacKey {
  /** 32 bytes, the same for the same message. */
  generate(message: string): Promise<Uint8Array>;
}

export interface MacVerifier {
  /** True exactly if `mac` was generated for `message` by the same key. */
  verify(message: string, mac: Uint8Array): Promise<boolean>;
}
