/** What became of a mail after it was sent: by the words of SES, which tells each in an event of its own. */
export type MailStatus = 'sent' | 'bounced' | 'complained';

/** A pick-up link, by the hash of its token. Neither token nor code is in it. */
export interface LinkRecord {
  readonly tokenHash: string;
  readonly onboardingId: string;
  readonly number: number;
  readonly clientId: string;
  /** MAC of `codeMessage`, base64. */
  readonly codeMac: string;
  readonly state: 'live' | 'used' | 'locked' | 'revoked';
  readonly triesLeft: number;
  /** When the latest try was taken, if one was. ISO 8601. */
  readonly triedAt?: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** `sending`: SES may have taken the mail, or not. */
  readonly mail: 'unsent' | 'sending' | MailStatus;
  /** How often its Send event has been waited for since. */
  readonly mailWaits: number;
}

export interface Links {
  find(tokenHash: string): Promise<LinkRecord | undefined>;
  /** Keeps what is there and returns it. */
  create(link: LinkRecord): Promise<LinkRecord>;
  /** The mail is about to go out (again). */
  sending(tokenHash: string): Promise<void>;
  /** Counts one wait for the Send event. */
  waited(tokenHash: string): Promise<void>;
  /** Takes `sending` back: it is known that nothing was sent. */
  unsent(tokenHash: string): Promise<void>;
  /** SES has taken the mail, by its answer or by its Send event, or tells what became of it. A later fate stays. No link is fine. */
  mailed(tokenHash: string, fate: MailStatus): Promise<void>;
  /** Takes one try off a live link that has tries left and has not expired. Nothing if there is none such. */
  takeAttempt(tokenHash: string, now: Date): Promise<LinkRecord | undefined>;
  /** Gives a try back that could not be used. */
  refundAttempt(tokenHash: string): Promise<void>;
  /** live → used. True for exactly one attempt, however often that one asks. */
  use(tokenHash: string, attempt: string): Promise<boolean>;
  /** live → locked, once no try is left. True if it is locked now; false if it was used or revoked. */
  lock(tokenHash: string): Promise<boolean>;
  /** Any state but used → revoked. No link is fine. */
  revoke(tokenHash: string): Promise<void>;
}

/** Which secrets of a client a partner has received, and who may make one now. */
export interface SecretLedger {
  /** True if the holder has the client to itself until then. */
  lock(clientId: string, holder: string, now: Date, until: Date): Promise<boolean>;
  unlock(clientId: string, holder: string): Promise<void>;
  /** Ids of delivered secrets, oldest first. */
  delivered(clientId: string): Promise<readonly string[]>;
  /** Replaces the list. */
  record(clientId: string, secretIds: readonly string[]): Promise<void>;
}
