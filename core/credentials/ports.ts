/** A key that never leaves its vault and makes or checks message authentication codes (KMS HMAC_256). */
export interface MacKey {
  /** 32 bytes, the same for the same message. */
  generate(message: string): Promise<Uint8Array>;
}

export interface MacVerifier {
  /** True exactly if `mac` was generated for `message` by the same key. */
  verify(message: string, mac: Uint8Array): Promise<boolean>;
}

export interface Mail {
  /** `Name <address>` or an address. */
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Message tags: letters, digits, `-` and `_` only (SES's rule). */
  readonly tags: Readonly<Record<string, string>>;
}

/** Outgoing mail (SES). Has no idempotency of its own: a lost answer means `OutcomeUnknown`. */
export interface Mailer {
  send(mail: Mail): Promise<{ readonly messageId: string }>;
}

export interface ClientSecret {
  readonly secretId: string;
  readonly createdAt: Date;
}

/**
 * The secrets of one app client (Cognito allows two at a time). `add` is the only place where a secret's
 * value exists; it is handed to the partner and forgotten.
 */
export interface ClientSecrets {
  list(clientId: string): Promise<readonly ClientSecret[]>;
  add(clientId: string): Promise<{ readonly secretId: string; readonly value: string }>;
  /** A secret that is not there is `NotFound`. */
  remove(clientId: string, secretId: string): Promise<void>;
}
