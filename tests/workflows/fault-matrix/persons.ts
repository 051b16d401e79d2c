import { partnerIdAt } from '../../support/partners.ts';
import type { OnboardingTwin } from '../support/onboarding-twin.ts';
import { anotherOf, newSubmission, onboardingIdOf, type Submission } from '../support/requests.ts';
import { employ, type Profile, profileOf, type Things, thingsOf } from '../support/things.ts';
import type { Way } from './ways.ts';

/** What existed before the onboarding under test. It must be unchanged afterwards. */
export interface Before {
  readonly profile?: Profile;
  readonly onboarding?: { readonly id: string; readonly things: Things };
}

/** Returns the request of a cell, and creates what exists before it. */
export async function prepare(
  twin: OnboardingTwin,
  { person = 'nobody', asksForEwacs }: Way,
): Promise<{ readonly submission: Submission; readonly before: Before }> {
  const ewacs = asksForEwacs === true ? { ewacs_account_created: 'false' } : {};
  const submission = newSubmission('b2b-onboarding', ewacs);
  const { user_id: login = '', email = '', company = '' } = submission.variables;
  switch (person) {
    case 'nobody':
    case 'an employee, since the intake':
      return { submission, before: {} };
    case 'an employee':
    case 'the partner, by hand': {
      await employ(
        twin,
        login,
        email,
        person === 'an employee' ? {} : { sallyportPartner: await partnerIdAt(twin.urls.aws, company) },
      );
      return { submission, before: { profile: await profileOf(twin, login) } };
    }
    case 'an earlier onboarding':
    case 'an earlier onboarding for another product': {
      const first = anotherOf(
        submission,
        'b2b-onboarding',
        person === 'an earlier onboarding' ? {} : { ewacs_product_name: 'fraud-signals' },
      );
      const { status } = await twin.onboard(first);
      if (status !== 'SUCCEEDED') throw new Error(`the earlier onboarding ended ${status ?? 'nowhere'}`);
      const id = onboardingIdOf(first);
      return {
        submission,
        before: {
          profile: await profileOf(twin, login),
          onboarding: { id, things: await thingsOf(twin, id) },
        },
      };
    }
  }
}

/** Assigns the user id to a person after the intake has checked it. */
export async function comeSince(
  twin: OnboardingTwin,
  { person }: Way,
  { variables: { user_id: login = '', email = '' } }: Submission,
): Promise<Before> {
  if (person !== 'an employee, since the intake') return {};
  await employ(twin, login, email);
  return { profile: await profileOf(twin, login) };
}

/** Returns the current state of the same resources. */
export async function now(twin: OnboardingTwin, { profile, onboarding }: Before): Promise<Before> {
  return {
    ...(profile !== undefined && { profile: await profileOf(twin, profile.login) }),
    ...(onboarding !== undefined && {
      onboarding: { id: onboarding.id, things: await thingsOf(twin, onboarding.id) },
    }),
  };
}

/** Returns the same resources after the profile was added to one more group. */
export function withGroup({ profile, onboarding }: Before, group: string): Before {
  const joined = (user: Profile): Profile => ({ ...user, groups: [...user.groups, group].toSorted() });
  return {
    ...(profile !== undefined && { profile: joined(profile) }),
    ...(onboarding !== undefined && {
      onboarding: {
        id: onboarding.id,
        things: { ...onboarding.things, users: onboarding.things.users.map(joined) },
      },
    }),
  };
}
