import { type Clock, secondsAfter } from '../clock.ts';
import { type AccessSubject, type AccessSubjects, targetOf } from '../access/subject.ts';
import type { FindClientContext } from '../clients/client-context.ts';
import { findInactiveReason } from '../clients/in-force.ts';
import { Defect, Throttled, Unavailable } from '../errors.ts';
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

/** The outcome of an attempt to pick up credentials. */
export type PickUpOutcome =
  | { readonly outcome: 'credentials'; readonly credentials: Credentials }
  | { readonly outcome: 'wrong-code'; readonly triesLeft: number }
  /** The client, its contract or its partner is not in force. Link, code and try are as they were. */
  | { readonly outcome: 'not-in-force' }
  /** The link is used, expired, locked, revoked or unknown. The answer does not say which. */
  | { readonly outcome: 'gone' };

/**
 * Tells whether a link still works, as {@link pickUp} would say by `gone`. It changes nothing and counts no
 * try, so that a mail scanner which follows the link does no harm.
 */
export async function isLinkInForce(
  { links, clock }: Pick<PickUp, 'links' | 'clock'>,
  token: string,
): Promise<boolean> {
  const link = await links.find(hashOf(token));
  return link?.state === 'live' && link.triesLeft > 0 && new Date(link.expiresAt) > clock.now();
}

/**
 * Exchanges a link and its code for the credentials. An attempt is counted before the code is checked,
 * so that simultaneous guesses cannot exceed five. The link is consumed before the secret is issued, so that
 * two simultaneous correct requests get only one secret. Whoever has the right code is told if the access is not
 * in force, and uses nothing up.
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
  const link = await links.takeAttempt(tokenHash, clock.now());
  if (link === undefined) {
    const invalidLink = await links.find(tokenHash);
    // Completes a lock that a crash has interrupted. The last attempt must be over first, since its code may
    // be right.
    if (
      invalidLink?.triesLeft === 0 &&
      secondsAfter(new Date(invalidLink.triedAt ?? 0), maxAttemptSeconds) < clock.now()
    ) {
      await lockLink(deps, invalidLink);
    }
    return { outcome: 'gone' };
  }

  if (!(await isRightCode(deps, link, code))) {
    if (link.triesLeft === 0) await lockLink(deps, link);
    return { outcome: 'wrong-code', triesLeft: link.triesLeft };
  }
  const [access, clientContext] = await refundIfItFails(deps, link, async () =>
    Promise.all([
      describeAccess(deps, await onboardingOf(deps, link), link.clientId),
      deps.findClientContext(link.clientId),
    ]),
  );
  if (findInactiveReason(clientContext, clock.now(), access.environment) !== undefined) {
    await links.refundAttempt(tokenHash);
    return { outcome: 'not-in-force' };
  }
  return inTurn(deps, link, async () => {
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
  { tokenHash }: LinkRecord,
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

function isRightCode(deps: PickUp, link: LinkRecord, code: string): Promise<boolean> {
  return refundIfItFails(deps, link, () =>
    deps.macs.verify(codeMessage(link.tokenHash, code), Buffer.from(link.codeMac, 'base64')),
  );
}

/** Gives the attempt back if something fails that has nothing to do with the code. */
async function refundIfItFails<Result>(
  { links }: PickUp,
  { tokenHash }: LinkRecord,
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    await links.refundAttempt(tokenHash);
    throw error;
  }
}

async function onboardingOf(deps: PickUp, { onboardingId }: LinkRecord): Promise<AccessSubject> {
  const onboarding = await deps.onboardings.find(onboardingId);
  if (onboarding !== undefined) return onboarding;
  throw new Defect({ service: 'sallyport', operation: 'PickUp', detail: 'the onboarding is missing' });
}

async function lockLink(deps: PickUp, link: LinkRecord): Promise<void> {
  if (await deps.links.lock(link.tokenHash)) {
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
