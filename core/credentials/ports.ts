import type { AccessDetails } from './access-details.ts';

/** A mail to be sent. */
export interface Mail {
  /** `Name <address>` or an address. */
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Message tags. SES allows only letters, digits, `-` and `_`. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What the mail says that tells a partner where to pick up its credentials, and where to call. */
export interface CredentialMail extends AccessDetails {
  readonly company: string;
  /** May be empty. */
  readonly firstName: string;
  readonly link: string;
  /** When the link expires. */
  readonly expiresAt: Date;
  readonly to: string;
}

/** Puts that mail into words, as text and as HTML. */
export type RenderCredentialMail = (about: CredentialMail) => Omit<Mail, 'tags'>;

/** Sends mail (SES). It has no idempotency of its own: a lost answer means `OutcomeUnknown`. */
export interface Mailer {
  send(mail: Mail): Promise<{ readonly messageId: string }>;
}

export interface ClientSecret {
  readonly secretId: string;
  readonly createdAt: Date;
}

/**
 * The secrets of an app client (Cognito allows two at a time). Only `add` returns a secret's value. It is
 * shown to the partner and never stored.
 */
export interface ClientSecrets {
  list(clientId: string): Promise<readonly ClientSecret[]>;
  add(clientId: string): Promise<{ readonly secretId: string; readonly value: string }>;
  /**
   * Deletes a secret.
   * @throws {NotFound} if there is no such secret
   */
  remove(clientId: string, secretId: string): Promise<void>;
}
