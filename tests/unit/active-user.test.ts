import { expect, test } from 'vitest';
import { isUserActive, type LocalUser } from '../../core/users/active-user.ts';

const [noOnboarding, oneOnboarding] = [new Set<string>(), new Set(['onb-1'])];

test.each<[string, LocalUser | undefined, boolean]>([
  ['whom no onboarding created', undefined, false],
  ['whom an onboarding refers to', { onboardingIds: oneOnboarding, isLeaving: false }, true],
  ['to whom no onboarding refers any more', { onboardingIds: noOnboarding, isLeaving: false }, false],
  ['whose profile is being deleted', { onboardingIds: oneOnboarding, isLeaving: true }, false],
])('JWT-3 a user %s: active %#', (_, user, active) => {
  expect(isUserActive(user)).toBe(active);
});
