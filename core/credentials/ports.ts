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
