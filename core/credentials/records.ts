/**
 * What became of a mail, by its latest report. `returned`: a mail system has answered it, and nobody knows
 * whether it was delivered. `bounced`: it was not delivered. `suppressed`: the address is on a list that
 * nothing is sent to. `rejected`: the mail service refused to send it. `complained`: a person reported it.
 */
export type MailStatus =
  'sent' | 'returned' | 'delivered' | 'bounced' | 'suppressed' | 'rejected' | 'complained';

/** Why a mail system answered a mail, as far as it said so. `unknown` can be an automatic reply. */
export type ReturnReason =
  'mailbox-full' | 'too-large' | 'content-rejected' | 'attachment-rejected' | 'not-in-time' | 'unknown';

const beforeTheEnd = ['unsent', 'sending', 'sent', 'returned', 'delivered'] as const;

/**
 * The statuses that each one replaces. Reports come in any order, so none may lead back: a mail that bounced
 * stays bounced, even if its Send event comes later.
 */
export const mailStatusesBefore: Readonly<Record<MailStatus, readonly LinkRecord['mail'][]>> = {
  sent: ['unsent', 'sending'],
  returned: ['unsent', 'sending', 'sent'],
  delivered: ['unsent', 'sending', 'sent', 'returned'],
  bounced: beforeTheEnd,
  suppressed: beforeTheEnd,
  rejected: beforeTheEnd,
  complained: beforeTheEnd,
};

/** The statuses of a mail that the partner does not have, or may not have. Somebody has to act on them. */
export const undeliveredStatuses: readonly MailStatus[] = ['returned', 'bounced', 'suppressed', 'rejected'];

/**
 * The record of a pick-up link. It is stored under the hash of the token, and contains neither token nor
 * code.
 */
export interface LinkRecord {
  readonly tokenHash: string;
  readonly onboardingId: string;
  readonly number: number;
  readonly clientId: string;
  /** The MAC of `codeMessage`, in base64. It binds the code to the onboarding, the client and the end. */
  readonly codeMac: string;
  readonly state: 'live' | 'used' | 'locked' | 'revoked';
  readonly triesLeft: number;
  /** ISO 8601. When the latest attempt was made, if one was. */
  readonly triedAt?: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** `sending`: SES may or may not have accepted the mail. */
  readonly mail: 'unsent' | 'sending' | MailStatus;
  /** How often an attempt has waited for the Send event since then. */
  readonly mailWaits: number;
}

/** The records of the links. */
export interface Links {
  find(tokenHash: string): Promise<LinkRecord | undefined>;
  /** Creates the record, unless there is one already. Returns the record that is there afterwards. */
  create(link: LinkRecord): Promise<LinkRecord>;
  /** Records that the mail is about to be sent, possibly again. */
  sending(tokenHash: string): Promise<void>;
  /** Counts one wait for the Send event. */
  waited(tokenHash: string): Promise<void>;
  /** Resets `sending`, because it is known that nothing was sent. */
  unsent(tokenHash: string): Promise<void>;
  /**
   * Records the mail's status: SES has accepted it, by its answer or by a Send event, or has reported what
   * became of it. Only the statuses of `mailStatusesBefore` are replaced. Does nothing if there is no link.
   */
  mailed(tokenHash: string, status: MailStatus): Promise<void>;
  /**
   * Takes one attempt of a live link that has attempts left and has not expired. Returns undefined if there
   * is none.
   */
  takeAttempt(tokenHash: string, now: Date): Promise<LinkRecord | undefined>;
  /** Gives back an attempt that could not be used. */
  refundAttempt(tokenHash: string): Promise<void>;
  /** Changes live to used. True for exactly one attempt, however often that attempt asks. */
  use(tokenHash: string, attempt: string): Promise<boolean>;
  /** Changes used back to live, and gives the attempt back, if this attempt used the link and nobody revoked it since. */
  release(tokenHash: string, attempt: string): Promise<void>;
  /**
   * Changes live to locked, once no attempt is left. True if it is locked now; false if it was used or
   * revoked.
   */
  lock(tokenHash: string): Promise<boolean>;
  /** Changes any state to revoked. Does nothing if there is no link. */
  revoke(tokenHash: string): Promise<void>;
}

/** Records which secrets of a client a partner has received, and who may issue one now. */
export interface SecretLedger {
  /** Locks the client for the holder until then. False if another holder has the lock. */
  lock(clientId: string, holder: string, now: Date, until: Date): Promise<boolean>;
  unlock(clientId: string, holder: string): Promise<void>;
  /** Returns the ids of the delivered secrets, oldest first. */
  delivered(clientId: string): Promise<readonly string[]>;
  /** Replaces the list of delivered secrets. */
  record(clientId: string, secretIds: readonly string[]): Promise<void>;
}
