import { type Clock, secondsAfter } from '../clock.ts';
import { isClientOf } from '../access/client.ts';
import { type AccessSubject, type AccessSubjects, targetOf } from '../access/subject.ts';
import type { FindClientContext } from '../clients/client-context.ts';
import { findInactiveReason, hasAccessEnded } from '../clients/in-force.ts';
import { Throttled, Unavailable } from '../errors.ts';
import type { Pace } from '../pace/pace.ts';
import { type Journal, writeOnce } from '../workflow/journal.ts';
import { type AccessDescription, type AccessDetails, describeAccess } from './access-details.ts';
import { linkLocked, pickUpFailed } from './ticket-texts.ts';
import { codeMessage, hashOf } from './links.ts';
import type { MacVerifier } from '../mac-key.ts';
import type { LinkRecord, Links } from './records.ts';
import { issueClientSecret, type ClientSecretIssuing } from './issue-client-secret.ts';

/** The maximum duration of an attempt. It is longer than the function that handles it may run. */
const maxAttemptSeconds = 60;
/** The length of an HMAC-SHA-256. */
const macBytes = 32;

/** What is needed to pick up credentials. */
export interface PickUp extends ClientSecretIssuing, Journal, AccessDescription {
  readonly links: Links;
  readonly macs: MacVerifier;
  readonly onboardings: AccessSubjects;
  readonly findClientContext: FindClientContext;
  readonly clock: Clock;
  readonly pace: Pace<'client-changes'>;
}

/**
 * The number of changes to the client in one pick-up: the new secret is added, and an old one is
 * deleted.
 */
const clientChangesPerPickUp = 2;

/** The credentials and what they are for, as they are shown to the partner. */
export interface Credentials extends AccessDetails {
  readonly clientSecret: string;
}

/** What a link that gives no credentials is answered, whatever the code. */
export type UnusableLink =
  /** The client, its contract or its partner is not in force. Link and tries stay as they are. */
  | { readonly outcome: 'not-in-force' }
  /** The client, its contract or its partner has ended, so the link will give nothing any more. */
  | { readonly outcome: 'access-ended' }
  /**
   * The link is used, expired, locked, revoked or unknown, or its records were changed. The answer does not say
   * which.
   */
  | { readonly outcome: 'gone'; readonly damage?: LinkDamage };

/**
 * What somebody has changed in the records of a live link. `incomplete`: its record lacks what a link has.
 * `no-onboarding`: its onboarding is not there. `client-of-another`: by the client's own record, another
 * onboarding has created its client.
 */
export type LinkDamage = 'incomplete' | 'no-onboarding' | 'client-of-another';

/** The outcome of an attempt to pick up credentials. */
export type PickUpOutcome =
  | { readonly outcome: 'credentials'; readonly credentials: Credentials }
  | { readonly outcome: 'wrong-code'; readonly triesLeft: number }
  | UnusableLink;

type ExaminedLink =
  | UnusableLink
  | { readonly outcome: 'usable'; readonly link: LinkRecord; readonly onboarding: AccessSubject };

type Examination = Pick<PickUp, 'links' | 'onboardings' | 'findClientContext' | 'clock'>;

/**
 * Tells why a link gives nothing now, as {@link pickUp} would. It changes nothing and counts no try, so that a
 * mail scanner which follows the link does no harm.
 * @returns undefined if the link can be used
 */
export async function findUnusable(deps: Examination, token: string): Promise<UnusableLink | undefined> {
  const examined = await examineLink(deps, await deps.links.find(hashOf(token)));
  return examined.outcome === 'usable' ? undefined : examined;
}

async function examineLink(deps: Examination, link: LinkRecord | undefined): Promise<ExaminedLink> {
  const now = deps.clock.now();
  if (link?.state !== 'live' || link.triesLeft <= 0 || new Date(link.expiresAt) <= now) {
    return { outcome: 'gone' };
  }
  if (!isComplete(link)) return { outcome: 'gone', damage: 'incomplete' };
  const [onboarding, clientContext] = await Promise.all([
    deps.onboardings.find(link.onboardingId),
    deps.findClientContext(link.clientId),
  ]);
  if (onboarding === undefined) return { outcome: 'gone', damage: 'no-onboarding' };
  // The MAC proves which client the delivery took for the onboarding's. The client's own record proves that it is.
  if (clientContext.client !== undefined && !isClientOf(onboarding, clientContext.client)) {
    return { outcome: 'gone', damage: 'client-of-another' };
  }
  if (hasAccessEnded(clientContext, now)) return { outcome: 'access-ended' };
  if (findInactiveReason(clientContext, now, onboarding.request.environment) !== undefined) {
    return { outcome: 'not-in-force' };
  }
  return { outcome: 'usable', link, onboarding };
}

/** Tells whether a link has what its check needs. A record in the table may lack anything that its type has. */
const isComplete = ({ onboardingId, clientId, codeMac }: Partial<LinkRecord>): boolean =>
  [onboardingId, clientId].every((id) => typeof id === 'string' && id !== '') &&
  typeof codeMac === 'string' &&
  Buffer.from(codeMac, 'base64').length === macBytes;

/**
 * Exchanges a link and its code for the credentials. If the access is not in force, that is the answer
 * to every code, and nothing is used up. Otherwise an attempt is counted before the code is checked, so that
 * simultaneous guesses cannot exceed five. The link is consumed before the secret is issued, so that two
 * simultaneous correct requests get only one secret.
 * @param code in the form of `parseCode`
 * @param attempt an id of this call alone
 * @throws {StepError} if another service fails. If it is only busy, the link works again. Otherwise a link
 *   that was consumed stays so, and the ticket is told.
 */
export async function pickUp(
  deps: PickUp,
  token: string,
  code: string,
  attempt: string,
): Promise<PickUpOutcome> {
  const { links, clock } = deps;
  const tokenHash = hashOf(token);
  const found = await links.find(tokenHash);
  const examined = await examineLink(deps, found);
  if (examined.outcome !== 'usable') {
    if (found !== undefined) await completeLock(deps, tokenHash, found);
    return examined;
  }
  // Everything below comes from the record as it was examined, which the code's MAC then proves unchanged.
  const { link, onboarding } = examined;
  const access = await describeAccess(deps, onboarding, link.clientId);

  const triesLeft = (await links.takeAttempt(tokenHash, clock.now()))?.triesLeft;
  if (triesLeft === undefined) return { outcome: 'gone' };
  if (!(await isRightCode(deps, tokenHash, link, code))) {
    if (triesLeft === 0) await lockLink(deps, tokenHash, link);
    return { outcome: 'wrong-code', triesLeft };
  }
  return inTurn(deps, tokenHash, async () => {
    if (!(await links.use(tokenHash, attempt))) return { outcome: 'gone' };
    try {
      const clientSecret = await issueClientSecret(deps, link.clientId, attempt);
      return { outcome: 'credentials', credentials: { ...access, clientSecret } };
    } catch (error) {
      // Nobody has seen a secret, and whoever was asked is busy: the same link and code work again later.
      const isBusy = error instanceof Throttled || error instanceof Unavailable;
      const isReleased = isBusy && (await succeeds(links.release(tokenHash, attempt)));
      if (!isReleased) {
        await succeeds(writeToTicket(deps, link, `pick-up-failed-${link.number}`, pickUpFailed()));
      }
      throw error;
    }
  });
}

const succeeds = (action: Promise<void>): Promise<boolean> =>
  action.then(
    () => true,
    () => false,
  );

/**
 * Runs when the client may be changed. The link is not consumed before that, so whoever is turned away can come
 * again.
 */
async function inTurn(
  { links, pace }: PickUp,
  tokenHash: string,
  make: () => Promise<PickUpOutcome>,
): Promise<PickUpOutcome> {
  const progress = { begun: false };
  try {
    return await pace.callForPerson('client-changes', clientChangesPerPickUp, async (awaitTurn) => {
      await awaitTurn();
      progress.begun = true;
      return make();
    });
  } catch (error) {
    if (!progress.begun) await links.refundAttempt(tokenHash);
    throw error;
  }
}

/** Tells whether the code is right. Gives the attempt back if that cannot be told. */
async function isRightCode(
  { links, macs }: PickUp,
  tokenHash: string,
  link: LinkRecord,
  code: string,
): Promise<boolean> {
  try {
    return await macs.verify(codeMessage(tokenHash, link, code), Buffer.from(link.codeMac, 'base64'));
  } catch (error) {
    await links.refundAttempt(tokenHash);
    throw error;
  }
}

/**
 * Completes a lock that a crash has interrupted. The last attempt must be over first, since its code may be
 * right.
 */
async function completeLock(deps: PickUp, tokenHash: string, link: LinkRecord): Promise<void> {
  const attemptIsOver = secondsAfter(new Date(link.triedAt ?? 0), maxAttemptSeconds) < deps.clock.now();
  if (link.triesLeft === 0 && attemptIsOver) await lockLink(deps, tokenHash, link);
}

async function lockLink(deps: PickUp, tokenHash: string, link: LinkRecord): Promise<void> {
  if (await deps.links.lock(tokenHash)) {
    await writeToTicket(deps, link, `link-locked-${link.number}`, linkLocked());
  }
}

async function writeToTicket(
  deps: PickUp,
  { onboardingId }: LinkRecord,
  entry: string,
  fields: Parameters<typeof writeOnce>[3],
): Promise<void> {
  const onboarding = await deps.onboardings.find(onboardingId);
  if (onboarding !== undefined) await writeOnce(deps, targetOf(onboarding), entry, fields);
}
