import { type Application, admits, isOpen, type SignInApplication } from '../applications/application.ts';
import type { Environment } from '../catalogue/environment.ts';
import type { ClientContext } from '../clients/client-context.ts';
import { findInactiveReason } from '../clients/in-force.ts';
import { contractEnd, findInactiveContractReasons } from '../contracts/in-force.ts';
import type { Contract, GrantType } from '../contracts/records.ts';
import { entryOf } from '../entry-of.ts';
import type { Partner } from '../partners/partner.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { Session } from './session.ts';

/** Whom a sign-in stands on: the application with its client and contract, and the partner with its provider. */
export interface SignInContext {
  readonly application: Application | undefined;
  /** The application's client. */
  readonly clientContext: ClientContext;
  readonly provider: IdentityProvider | undefined;
  /** The contract that the provider's users stand on. */
  readonly contract: Contract | undefined;
  readonly partner: Partner | undefined;
}

/** Looks up whom the sign-ins at a client by a provider stand on. Each record is cached for a short, fixed time. */
export type FindSignInContext = (clientId: string, providerId: string) => Promise<SignInContext>;

/** Who has no access, so that nobody signs in, and no token counts that stands on it. */
export type SignInFault = 'application' | 'client' | 'provider' | 'contract' | 'partner';

const grant = 'authorization_code';

/** Where and when somebody signs in. */
export interface SignInFacts {
  readonly now: Date;
  readonly environment: Environment;
  /** The grants that are switched on in this deployment. */
  readonly enabledGrants: readonly GrantType[];
}

/** Finds who lets nobody sign in. The application's side is looked at first. */
export function findSignInFault(
  { application, clientContext, provider, contract, partner }: SignInContext,
  facts: SignInFacts,
): SignInFault | undefined {
  const { now, environment } = facts;
  if (!isOpen(application, environment)) return 'application';
  if (!isClientInForce(application, clientContext, facts)) return 'client';
  if (provider?.status !== 'active') return 'provider';
  if (!admits(application, provider.partnerId)) return 'application';
  const isContractInForce =
    contract !== undefined &&
    contract.partnerId === provider.partnerId &&
    findInactiveContractReasons(contract, now, environment).length === 0 &&
    contract.grants.includes(grant);
  if (!isContractInForce) return 'contract';
  return partner?.status === 'active' && partner.partnerId === provider.partnerId ? undefined : 'partner';
}

/**
 * Finds who lets a client not act for a person who has signed in elsewhere. A client that belongs to an application
 * may do so only if that application admits the person; any other client is not looked at here.
 */
export const findActorFault = (context: SignInContext, facts: SignInFacts): SignInFault | undefined =>
  context.application && findSignInFault(context, facts);

/** Finds who has no access any more, of those whom a session stands on at an application. */
export const findSessionFault = (
  session: Session,
  context: SignInContext,
  facts: SignInFacts,
): SignInFault | undefined =>
  findSignInFault(context, facts) ?? (vouchesFor(context.provider, session) ? undefined : 'provider');

/**
 * Tells whether a provider still vouches for a session: by the same issuer, for the domain of the person's address,
 * and without having been suspended meanwhile, because sessions of a provider that was broken into must not come back.
 */
const vouchesFor = (provider: IdentityProvider | undefined, session: Session): boolean =>
  provider?.issuer === session.issuer &&
  provider.domains.includes(session.emailDomain) &&
  (provider.signInsFrom === undefined || new Date(session.startedAt) >= new Date(provider.signInsFrom));

/** Tells whether an application's client may send people to sign in, whatever the partner. */
export const isClientInForce = (
  { signIn: { clientId }, contractId }: SignInApplication,
  clientContext: ClientContext,
  { now, environment, enabledGrants }: SignInFacts,
): boolean =>
  findInactiveReason(clientContext, now, environment) === undefined &&
  clientContext.client?.clientId === clientId &&
  clientContext.client.contractId === contractId &&
  enabledGrants.includes(grant) &&
  clientContext.contract?.grants.includes(grant) === true;

/** Returns the scopes that the partner's contract has of the application's product. */
export const partnerScopes = ({ clientContext: { client }, contract }: SignInContext): readonly string[] =>
  entryOf(contract?.products ?? {}, client?.product ?? '') ?? [];

/** Returns the moment at which the first of the two contracts ends, if one does. */
export function endOfSignIn({ clientContext, contract }: SignInContext): Date | undefined {
  const ends = [clientContext.contract, contract].flatMap((each) => (each && contractEnd(each)) ?? []);
  return ends.length === 0 ? undefined : new Date(Math.min(...ends.map((end) => end.getTime())));
}
