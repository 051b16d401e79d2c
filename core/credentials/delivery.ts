import { type Clock, secondsAfter } from '../clock.ts';
import { Conflict, Defect, OutcomeUnknown } from '../errors.ts';
import { noWait, type AwaitTurn, type Pace } from '../pace/pace.ts';
import { hadNoEffect } from '../workflow/exactly-once.ts';
import { type Journal, writeOnce } from '../workflow/journal.ts';
import type { ExecutionRecord, Steps } from '../workflow/records.ts';
import { type AccessSubject, targetOf } from '../access/subject.ts';
import { clientIdOf, isClientOf, type ClientFacts } from '../access/client.ts';
import { type AccessDescription, describeAccess } from './access-details.ts';
import type { FindClientContext } from '../clients/client-context.ts';
import { findNoNewLink, noMailbox, type NoNewLink } from './new-link.ts';
import { codeComment } from './ticket-texts.ts';
import {
  attemptsPerLink,
  codeMessage,
  deriveLink,
  deriveToken,
  displayCode,
  hashOf,
  type LinkKeys,
  linkLifeSeconds,
} from './links.ts';
import type { Mail, Mailer, RenderCredentialMail } from './ports.ts';
import type { LinkRecord, Links } from './records.ts';
import { stepName } from '../access/step-names.ts';

/** The number of attempts of the state machine that wait for a Send event before the mail is sent again. */
const maxMailWaits = 2;

/** What the step records about its effects. */
export interface DeliveryFacts {
  readonly [stepName.delivery]: { readonly linkNumber?: number };
}

/** What is needed to deliver links. */
export interface Delivery extends Journal, AccessDescription, LinkKeys {
  readonly steps: Steps<DeliveryFacts & ClientFacts>;
  readonly links: Links;
  readonly renderMail: RenderCredentialMail;
  readonly mailer: Mailer;
  readonly findClientContext: FindClientContext;
  readonly clock: Clock;
}

/**
 * Sends the onboarding's nth link to the partner, and its code to the business unit (WF-7, X-5). These are
 * two people and two channels. If it is repeated, it continues where it stopped, and sends the same link and
 * code.
 * @param requireWanted throws if the link is no longer wanted. It is asked before the mail and before the code
 * @throws {Defect} if the client, the product or its brand is missing, or if the client is not one of this
 *   onboarding
 */
export async function deliverLink(
  delivery: Delivery,
  onboarding: AccessSubject,
  number: number,
  awaitTurn: AwaitTurn = noWait,
  requireWanted: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { links, codeKey, renderMail, clock, publicUrl } = delivery;
  const { onboardingId, request, plan } = onboarding;
  const clientId = await requireOwnClient(delivery, onboarding);
  const access = await describeAccess(delivery, onboarding, clientId);

  const { token, code } = await deriveLink(delivery, onboardingId, number);
  const tokenHash = hashOf(token);
  const expiresAt = secondsAfter(clock.now(), linkLifeSeconds).toISOString();
  const codeMac = await codeKey.generate(codeMessage(tokenHash, { onboardingId, clientId, expiresAt }, code));
  const link = await links.create({
    tokenHash,
    onboardingId,
    number,
    clientId,
    codeMac: Buffer.from(codeMac).toString('base64'),
    state: 'live',
    triesLeft: attemptsPerLink,
    mail: 'unsent',
    mailWaits: 0,
    expiresAt,
  });

  await mailOnce(
    delivery,
    link,
    {
      ...renderMail({
        ...access,
        company: request.company,
        firstName: request.firstName,
        link: `${publicUrl}/credentials/${token}`,
        expiresAt: new Date(link.expiresAt),
        to: request.email,
      }),
      tags: { onboarding: onboardingId, link: String(number), row: tokenHash },
    },
    async () => {
      await awaitTurn();
      await requireWanted();
    },
  );
  await requireWanted();
  await writeOnce(
    delivery,
    targetOf(onboarding),
    `code-${number}`,
    codeComment({
      code: displayCode(code),
      company: request.company,
      product: plan.productName,
      email: request.email,
      expiresAt: new Date(link.expiresAt),
    }),
  );
}

async function requireClientId(steps: Delivery['steps'], onboardingId: string): Promise<string> {
  const clientId = await clientIdOf(steps, onboardingId);
  if (clientId !== undefined) return clientId;
  throw new Defect({ service: 'sallyport', operation: 'DeliverLink', detail: 'the client is missing' });
}

/** Returns the client that the step has recorded, if the client's own record names this onboarding, too. */
async function requireOwnClient(
  { steps, findClientContext }: Pick<Delivery, 'steps' | 'findClientContext'>,
  onboarding: AccessSubject,
): Promise<string> {
  const clientId = await requireClientId(steps, onboarding.onboardingId);
  const { client } = await findClientContext(clientId);
  if (client !== undefined && isClientOf(onboarding, client)) return clientId;
  throw new Defect({
    service: 'sallyport',
    operation: 'DeliverLink',
    detail: 'the recorded client is not one of this onboarding',
  });
}

/**
 * Sends the mail once. SES has no idempotency, and cannot be asked whether it sent a mail. After an unknown
 * outcome, the next attempts wait for the Send event, which carries the key of the link's record. If none
 * comes, the same mail is sent again.
 */
async function mailOnce(
  { links, mailer }: Delivery,
  { tokenHash, mail: state, mailWaits }: LinkRecord,
  mail: Mail,
  awaitTurn: AwaitTurn,
): Promise<void> {
  if (state !== 'unsent' && state !== 'sending') return;
  if (state === 'sending' && mailWaits < maxMailWaits) {
    await links.waited(tokenHash);
    throw new OutcomeUnknown({
      service: 'sallyport',
      operation: 'SendEmail',
      detail: 'waiting for the Send event',
    });
  }
  await awaitTurn();
  await links.sending(tokenHash);
  try {
    await mailer.send(mail);
  } catch (error) {
    if (hadNoEffect(error)) await links.unsent(tokenHash);
    throw error;
  }
  await links.mailed(tokenHash, 'sent');
}

/** Revokes every link of the onboarding up to this number. */
export async function revokeLinks(
  { links, linkKey }: Pick<Delivery, 'links' | 'linkKey'>,
  onboardingId: string,
  upTo: number,
): Promise<void> {
  for (let number = 1; number <= upTo; number += 1) {
    await links.revoke(hashOf(await deriveToken(linkKey, onboardingId, number)));
  }
}

/** Builds the details of an error of a relink. */
const relinkError = (detail: string) => ({ service: 'sallyport', operation: 'Relink', detail });

/**
 * Delivers a new link and code for an onboarding that has delivered one before. The old links are revoked
 * first. If two are asked for at once, only one link stays valid.
 * @returns the new link's number
 * @throws {Conflict} if the onboarding has no delivered link, if the partner's mailbox was removed, if the client
 *   is not one of this onboarding, if the access is not in force, or if another relink has begun at the same moment
 * @throws {Throttled} if too many mails are being sent; then nothing was done
 */
export async function relink(
  delivery: Delivery & { readonly pace: Pick<Pace<'mails'>, 'callForPerson'> },
  onboarding: AccessSubject & Pick<ExecutionRecord, 'status' | 'personalDataRemovedAt'>,
): Promise<number> {
  const record = await delivery.steps.find(onboarding.onboardingId, stepName.delivery);
  if (record?.state !== 'applied' || onboarding.status !== 'Done') {
    throw new Conflict(
      relinkError('only an onboarding that is Done and has delivered credentials can be given a fresh link'),
    );
  }
  const noNewLink = await whyNoNewLink(delivery, onboarding);
  if (noNewLink !== undefined) {
    throw new Conflict(relinkError(`no new link, because ${noNewLink.why}. ${noNewLink.instead}`));
  }
  const { linkNumber } = record.facts;
  const number = (linkNumber ?? 1) + 1;
  await delivery.pace.callForPerson('mails', 1, async (awaitTurn) => {
    const claim = {
      from: linkNumber === undefined ? {} : { linkNumber },
      to: { linkNumber: number },
    };
    if (!(await delivery.steps.replaceFacts(onboarding.onboardingId, stepName.delivery, claim))) {
      throw new Conflict(
        relinkError(
          `another relink has begun at the same moment and sends link ${number}; this one did nothing, so wait for that link`,
        ),
      );
    }
    await replaceLinks(delivery, onboarding, number, awaitTurn);
  });
  return number;
}

async function whyNoNewLink(
  { steps, findClientContext, clock }: Pick<Delivery, 'steps' | 'findClientContext' | 'clock'>,
  onboarding: AccessSubject & Pick<ExecutionRecord, 'personalDataRemovedAt'>,
): Promise<NoNewLink | undefined> {
  const { onboardingId, partnerId, request, personalDataRemovedAt } = onboarding;
  if (personalDataRemovedAt !== undefined) return noMailbox(personalDataRemovedAt);
  const clientId = await requireClientId(steps, onboardingId);
  const { environment } = request;
  const access = await findClientContext(clientId);
  return findNoNewLink({ onboardingId, partnerId, environment }, clientId, access, clock.now());
}

async function replaceLinks(
  delivery: Delivery,
  onboarding: AccessSubject,
  number: number,
  awaitTurn: AwaitTurn,
): Promise<void> {
  const { steps } = delivery;
  const { onboardingId } = onboarding;
  // If another relink has begun meanwhile, only its link may remain valid, and its code has to be the last one
  // that the ticket has.
  const requireLatest = async (): Promise<void> => {
    const latest = (await steps.find(onboardingId, stepName.delivery))?.facts.linkNumber ?? number;
    if (latest === number) return;
    await revokeLinks(delivery, onboardingId, latest - 1);
    throw new Conflict(
      relinkError(`a later relink has replaced link ${number}; only link ${latest} and its code work`),
    );
  };
  await revokeLinks(delivery, onboardingId, number - 1);
  await deliverLink(delivery, onboarding, number, awaitTurn, requireLatest);
  await requireLatest();
}
