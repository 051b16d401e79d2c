import type { Environment } from '../catalogue/environment.ts';
import type { ClientContext, FindClientContext } from '../clients/client-context.ts';
import type { Clock } from '../clock.ts';
import { effectiveScopes, findInactiveReason, type InactiveReason } from '../clients/in-force.ts';
import { contractEnd } from '../contracts/in-force.ts';
import type { GrantType } from '../contracts/records.ts';
import {
  findSessionFault,
  findActorFault,
  type FindSignInContext,
  partnerScopes,
  type SignInContext,
  type SignInFault,
} from '../federation/in-force.ts';
import { type FindSession, isSessionAliveFor, type Session } from '../federation/session.ts';
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
  /** The session that the token stands on, if a person has signed in for it. */
  readonly sid?: string;
}

/** The records of a token's parties. */
export interface Standing {
  readonly clientContext: ClientContext;
  /** In the order of `earlierClientIds`. */
  readonly earlierContexts: readonly ClientContext[];
  readonly user?: User;
  /** Absent unless the token stands on a session. */
  readonly signIn?: StandingSignIn;
}

/** The records that a signed-in person's token stands on, as far as there are any. */
export interface StandingSignIn {
  readonly session: Session | undefined;
  readonly context: SignInContext | undefined;
  /** The same at the clients that have exchanged the token, each of which may belong to another application. */
  readonly actorContexts: readonly SignInContext[];
}

/** What is needed to read and to judge the records of a token's parties. */
export interface StandingDependencies {
  readonly findClientContext: FindClientContext;
  readonly findUser: FindUser;
  readonly findSession: FindSession;
  readonly findSignInContext: FindSignInContext;
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
  | { readonly party: 'grant' }
  | { readonly party: 'session' }
  | { readonly party: 'sign_in'; readonly fault: SignInFault };

/** Returns the parties of a verified access token. */
export function partiesOf({
  clientId,
  subject,
  originClientId,
  act,
  audiences,
  signIn,
}: Pick<
  AccessToken,
  'clientId' | 'subject' | 'originClientId' | 'act' | 'audiences' | 'signIn'
>): TokenParties {
  const earlier = [...(originClientId === undefined ? [] : [originClientId]), ...ownClientsIn(act)];
  return {
    clientId,
    ...(subject !== clientId && { userId: subject }),
    earlierClientIds: [...new Set(earlier)].filter((each) => each !== clientId),
    // Only the tokens of the user pool have no audience, and clients get them by no other grant.
    ...(audiences === undefined && { grant: 'client_credentials' }),
    ...(signIn !== undefined && { sid: signIn.sid }),
  };
}

/** Returns the clients of ours in a chain of actors. Those of another issuer are named by `iss`, too. */
function ownClientsIn(act: Actor | undefined): readonly string[] {
  if (act === undefined) return [];
  return [...(act['iss'] === undefined ? [act.sub] : []), ...ownClientsIn(act.act)];
}

/** Reads the records of a token's parties. */
export async function readStanding(
  dependencies: StandingDependencies,
  { clientId, userId, earlierClientIds, sid }: TokenParties,
): Promise<Standing> {
  const { findClientContext, findUser } = dependencies;
  const [clientContext, earlierContexts, user, signIn] = await Promise.all([
    findClientContext(clientId),
    Promise.all(earlierClientIds.map(findClientContext)),
    userId === undefined ? undefined : findUser(userId),
    sid === undefined ? undefined : readSignIn(dependencies, sid, { clientId, earlierClientIds }),
  ]);
  return {
    clientContext,
    earlierContexts,
    ...(user !== undefined && { user }),
    ...(signIn !== undefined && { signIn }),
  };
}

/** Returns the client of the application that the person signed in to. */
export const applicationClientOf = ({
  clientId,
  earlierClientIds: [first = clientId],
}: Pick<TokenParties, 'clientId' | 'earlierClientIds'>): string => first;

/** Reads a session, and whom the sign-in stands on at each of a token's clients. */
export async function readSignIn(
  { findSession, findSignInContext }: Pick<StandingDependencies, 'findSession' | 'findSignInContext'>,
  sid: string,
  parties: Pick<TokenParties, 'clientId' | 'earlierClientIds'>,
): Promise<StandingSignIn> {
  const session = await findSession(sid);
  if (session === undefined) return { session, context: undefined, actorContexts: [] };
  const first = applicationClientOf(parties);
  const others = [parties.clientId, ...parties.earlierClientIds].filter((each) => each !== first);
  const [context, ...actorContexts] = await Promise.all(
    [first, ...others].map((each) => findSignInContext(each, session.providerId)),
  );
  return { session, context, actorContexts };
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
  if (standing.signIn === undefined) return undefined;
  const { session, context, actorContexts } = standing.signIn;
  const isSessionGood =
    isSessionAliveFor(session, applicationClientOf(parties), now) && session.userId === user?.userId;
  if (!isSessionGood || context === undefined) return { party: 'session' };
  const facts = { now, environment, enabledGrants };
  const [fault] = [
    findSessionFault(session, context, facts),
    ...actorContexts.map((each) => findActorFault(each, facts)),
  ].filter((each) => each !== undefined);
  return fault && { party: 'sign_in', fault };
}

/**
 * Returns the partner whose user a token must name: the one that the person signed in from, or else that of the
 * client that the user's own token was issued to.
 */
export const partnerOfUser = (
  { trustedFor, sid }: TokenParties,
  { clientContext, earlierContexts: [first = clientContext], signIn }: Standing,
): string | undefined =>
  trustedFor ?? (sid === undefined ? first.client?.partnerId : signIn?.session?.partnerId);

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
  if ('reason' in fault) return fault.reason.rule;
  return fault.party === 'sign_in' ? `sign_in_${fault.fault}` : fault.party;
}

/** Returns the scopes that all clients of a token's parties have now, and the contract of a signed-in person. */
export const scopesOfStanding = ({ clientContext, earlierContexts, signIn }: Standing): readonly string[] => {
  const others = earlierContexts.map(effectiveScopes);
  if (signIn !== undefined) others.push(signIn.context === undefined ? [] : partnerScopes(signIn.context));
  return effectiveScopes(clientContext).filter((scope) => others.every((theirs) => theirs.includes(scope)));
};

/** Returns the moment at which the first of the contracts, or the session, ends, if any does. */
export function endOfStanding({ clientContext, earlierContexts, signIn }: Standing): Date | undefined {
  const ends = [clientContext, ...earlierContexts, ...(signIn?.context === undefined ? [] : [signIn.context])]
    .flatMap(({ contract }) => (contract && contractEnd(contract)) ?? [])
    .map((end) => end.getTime());
  if (signIn?.session !== undefined) ends.push(Date.parse(signIn.session.expiresAt));
  return ends.length === 0 ? undefined : new Date(Math.min(...ends));
}
