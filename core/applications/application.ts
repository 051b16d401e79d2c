import type { Environment } from '../catalogue/environment.ts';
import type { Managed } from '../lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../lifecycle/managed-records.ts';

/** How people sign in to an application (OAU-3). */
export interface SignInSettings {
  /** The client that the application authenticates as. It is no other application's. */
  readonly clientId: string;
  /** Where browsers return with a code. A request names one of them, character by character. */
  readonly redirectUris: readonly string[];
  /** Where browsers may go after the person has signed out. A request names one of them, character by character. */
  readonly postLogoutRedirectUris?: readonly string[];
  /** Where a person can begin again. */
  readonly homeUrl: string;
  /** The partners whose users may sign in: every partner that has an identity provider, or these. */
  readonly partners: 'all' | readonly string[];
}

/** One of our own applications, that partners' users work with. */
export interface Application extends Managed {
  readonly applicationId: string;
  readonly name: string;
  /** The id of a brand in the catalogue. */
  readonly brand: string;
  readonly environments: readonly Environment[];
  /** The contract of the application's client. */
  readonly contractId: string;
  /** The partner of that contract: our own company. */
  readonly partnerId: string;
  readonly signIn?: SignInSettings;
}

export type Applications = ManagedRecords<Application>;

/** An application that people sign in to. */
export type SignInApplication = Application & { readonly signIn: SignInSettings };

/** Tells whether people can sign in to an application. */
export const isOpen = (
  application: Application | undefined,
  environment: Environment,
): application is SignInApplication =>
  application?.status === 'active' &&
  application.environments.includes(environment) &&
  application.signIn !== undefined;

/** Tells whether an application admits the users of a partner. */
export const admits = ({ signIn: { partners } }: SignInApplication, partnerId: string): boolean =>
  partners === 'all' || partners.includes(partnerId);
