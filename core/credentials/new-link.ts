import { clientOfAnother, isClientOf } from '../access/client.ts';
import type { Environment } from '../catalogue/environment.ts';
import type { ClientMapping } from '../clients/client-mapping.ts';
import { type AccessState, findInactiveReason } from '../clients/in-force.ts';
import { inactiveInWords } from '../clients/inactive-in-words.ts';
import { secondsAfter } from '../clock.ts';
import { linkLifeSeconds } from './links.ts';

/** Why an onboarding can be given no new link. */
export interface NoNewLink {
  /** Follows "because". */
  readonly why: string;
  /** What to do in its place: a sentence. */
  readonly instead: string;
  /** Whether it is meant to stay so. */
  readonly isFinal: boolean;
}

const newClient = 'A new request of the kind api-client gives the same user a new client.';

/** Says why there is no new link once personal data was removed. */
export function noMailbox(personalDataRemovedAt: string): NoNewLink {
  return {
    why: `the partner's mailbox was removed on ${personalDataRemovedAt.slice(0, 10)} with the other personal data`,
    instead: `${newClient} Then end the old one.`,
    isFinal: true,
  };
}

/** The onboarding that a new link would be for. */
interface LinkSubject {
  readonly onboardingId: string;
  readonly partnerId: string;
  readonly environment: Environment;
}

/** What the access of a client depends on, and which onboarding the client is of. */
export interface LinkedAccess extends AccessState {
  readonly client: (NonNullable<AccessState['client']> & Pick<ClientMapping, 'onboardingId'>) | undefined;
}

/**
 * Finds why a new link would give its partner nothing, because the client is not one of the onboarding, or its
 * access is not in force. A contract that begins before the link would expire is no reason.
 * @param clientId the client that the onboarding has recorded
 * @returns undefined if the link can be picked up
 */
export function findNoNewLink(
  { onboardingId, partnerId, environment }: LinkSubject,
  clientId: string,
  access: LinkedAccess,
  now: Date,
): NoNewLink | undefined {
  if (access.client !== undefined && !isClientOf({ onboardingId, partnerId }, access.client)) {
    return {
      why: clientOfAnother({ onboardingId, partnerId }, clientId, access.client),
      instead: 'Find out who has changed these records, and correct them (docs/runbooks/defect.md).',
      isFinal: false,
    };
  }
  const reason = findInactiveReason(access, now, environment);
  if (reason === undefined) return undefined;
  const expiry = secondsAfter(now, linkLifeSeconds);
  const beginsInTime =
    reason.rule === 'contract_not_begun' && findInactiveReason(access, expiry, environment) === undefined;
  if (beginsInTime) return undefined;
  const why = inactiveInWords(clientId, access, now, environment).join('; ');
  const { client, contract, partner } = access;
  if (contract?.status === 'ended' || partner?.status === 'ended') {
    const instead = 'What has ended stays so: nobody picks up credentials of this onboarding any more.';
    return { why, instead, isFinal: true };
  }
  if (client?.status === 'ended') return { why, instead: newClient, isFinal: true };
  return {
    why,
    instead: 'Have that changed by the operator API (docs/guides/operator-api.md); then a link can be sent.',
    isFinal: false,
  };
}
