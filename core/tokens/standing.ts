import type { Environment } from '../catalogue/environment.ts';
import type { ClientContext, FindClientContext } from '../clients/client-context.ts';
import type { Clock } from '../clock.ts';
import { effectiveScopes, findInactiveReason, type InactiveReason } from '../clients/in-force.ts';
import { contractEnd } from '../contracts/in-force.ts';
import type { GrantType } from '../contracts/records.ts';
import type { Actor } from '../trust/token-limits.ts';
import { type FindUser, isUserActive, type User } from '../users/user.ts';
import type { AccessToken } from './ports.ts';

/** Whom a token depends on. It counts for nothing as soon as one of them has no access any more. */
export interface TokenParties {
  /** The client that the token was issued to. */
  readonly clientId: string;
  /** Present if the token names a user. */
  readonly userId?: string;
  /**
   * The clients whose token was exchanged for this one. The first of them is the one that the user's own token
   * was issued to; the others acted after it.
   */
  readonly earlierClientIds: readonly string[];
  /** The grant by which the token was issued, if the token tells. */
  readonly grant?: GrantType;
  /** For a third party's own token: the partner that its issuer is trusted for. */
  readonly trustedFor?: string;
}

/** The records of a token's parties. */
export interface Standing {
  readonly clientContext: ClientContext;
  /** In the order of `earlierClientIds`. */
  readonly earlierContexts: readonly ClientContext[];
  readonly user?: User;
}

/** What is needed to read and to judge the records of a token's parties. */
export interface StandingDependencies {
  readonly findClientContext: FindClientContext;
  readonly findUser: FindUser;
}

/** Where and when a token is judged. */
export interface StandingFacts {
  readonly now: Date;
  readonly environment: Environment;
  /** The grants that are switched on in this deployment. */
  readonly enabledGrants: readonly GrantType[];
}

/** Why a token counts for nothing. */
export type StandingFault =
  | { readonly party: 'client' | 'earlier_client'; readonly reason: InactiveReason }
  | { readonly party: 'user' }
  | { readonly party: 'grant' };

/** Returns the parties of a verified access token. */
export function partiesOf({
  clientId,
  subject,
  originClientId,
  act,
  audiences,
}: Pick<AccessToken, 'clientId' | 'subject' | 'originClientId' | 'act' | 'audiences'>): TokenParties {
  const earlier = [...(originClientId === undefined ? [] : [originClientId]), ...ownClientsIn(act)];
  return {
    clientId,
    ...(subject !== clientId && { userId: subject }),
    earlierClientIds: [...new Set(earlier)].filter((each) => each !== clientId),
    // Only the tokens of the user pool have no audience, and clients get them by no other grant.
    ...(audiences === undefined && { grant: 'client_credentials' }),
  };
}

/** Returns the clients of ours in a chain of actors. Those of another issuer are named by `iss`, too. */
function ownClientsIn(act: Actor | undefined): readonly string[] {
  if (act === undefined) return [];
  return [...(act['iss'] === undefined ? [act.sub] : []), ...ownClientsIn(act.act)];
}

/** Reads the records of a token's parties. */
export async function readStanding(
  { findClientContext, findUser }: StandingDependencies,
  { clientId, userId, earlierClientIds }: TokenParties,
): Promise<Standing> {
  const [clientContext, earlierContexts, user] = await Promise.all([
    findClientContext(clientId),
    Promise.all(earlierClientIds.map(findClientContext)),
    userId === undefined ? undefined : findUser(userId),
  ]);
  return { clientContext, earlierContexts, ...(user !== undefined && { user }) };
}

/**
 * Finds why a token counts for nothing (OAU-1, JWT-3). Its client, contract and partner must be in force, and so
 * must those of every client whose token was exchanged for it. Contract and deployment must allow the grant by
 * which it was issued. Its user must be an active one of the partner. They are checked in this order.
 */
export function findStandingFault(
  parties: TokenParties,
  standing: Standing,
  { now, environment, enabledGrants }: StandingFacts,
): StandingFault | undefined {
  const { clientContext, earlierContexts, user } = standing;
  const { grant, userId } = parties;
  const reason = findInactiveReason(clientContext, now, environment);
  if (reason !== undefined) return { party: 'client', reason };
  for (const earlier of earlierContexts) {
    const earlierReason = findInactiveReason(earlier, now, environment);
    if (earlierReason !== undefined) return { party: 'earlier_client', reason: earlierReason };
  }
  const isGrantAllowed =
    grant === undefined ||
    (enabledGrants.includes(grant) && clientContext.contract?.grants.includes(grant) === true);
  if (!isGrantAllowed) return { party: 'grant' };
  if (userId !== undefined && !isUserActive(user, partnerOfUser(parties, standing))) return { party: 'user' };
  return undefined;
}

/** Returns the partner whose user a token must name: that of the client that the user's own token was issued to. */
export const partnerOfUser = (
  { trustedFor }: TokenParties,
  { clientContext, earlierContexts: [first = clientContext] }: Standing,
): string | undefined => trustedFor ?? first.client?.partnerId;

/**
 * Reads the records of a verified token's parties, and finds why the token counts for nothing, if it does. It is
 * asked wherever somebody presents an access token.
 */
export async function judgeStanding(
  dependencies: StandingDependencies & Omit<StandingFacts, 'now'> & { readonly clock: Clock },
  token: Parameters<typeof partiesOf>[0],
): Promise<{ readonly standing: Standing; readonly fault: StandingFault | undefined }> {
  const { clock, environment, enabledGrants } = dependencies;
  const parties = partiesOf(token);
  const standing = await readStanding(dependencies, parties);
  const facts = { now: clock.now(), environment, enabledGrants };
  return { standing, fault: findStandingFault(parties, standing, facts) };
}

/** Returns the name of the check that has failed, for the log. */
export function standingCheck(fault: StandingFault | undefined): string | undefined {
  if (fault === undefined) return undefined;
  return 'reason' in fault ? fault.reason.rule : fault.party;
}

/** Returns the scopes that all clients of a token's parties have now. */
export const scopesOfStanding = ({ clientContext, earlierContexts }: Standing): readonly string[] =>
  earlierContexts.reduce((scopes, earlier) => {
    const theirs = effectiveScopes(earlier);
    return scopes.filter((scope) => theirs.includes(scope));
  }, effectiveScopes(clientContext));

/** Returns the moment at which the first of the contracts ends, if any does. */
export function endOfStanding({ clientContext, earlierContexts }: Standing): Date | undefined {
  const ends = [clientContext, ...earlierContexts].flatMap(({ contract }) => {
    const end = contract && contractEnd(contract);
    return end === undefined ? [] : [end.getTime()];
  });
  return ends.length === 0 ? undefined : new Date(Math.min(...ends));
}
