/** A user of a partner, as far as Sallyport has recorded it. */
export interface LocalUser {
  /** The onboardings that gave the user its profile. */
  readonly onboardingIds: ReadonlySet<string>;
  /** Whether the last of them is being rolled back, so that the profile is about to be deleted. */
  readonly isLeaving: boolean;
}

/** Looks up users that an onboarding created. */
export interface LocalUsers {
  find(partnerId: string, userId: string): Promise<LocalUser | undefined>;
}

/** Tells whether a user is active: an onboarding refers to its profile, and the profile is not being deleted. */
export const isUserActive = (user: LocalUser | undefined): boolean =>
  user !== undefined && user.onboardingIds.size > 0 && !user.isLeaving;
