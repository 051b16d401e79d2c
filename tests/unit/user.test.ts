import { expect, test } from 'vitest';
import { isUserActive, type ProfileState, type User } from '../../core/users/user.ts';
import { otherPartnerId, partner, userOf } from '../support/fakes/samples.ts';

const profileIn = (state: ProfileState): User => userOf({ profile: { ...userOf().profile, state } });

test.each<[string, User | undefined, string | undefined, boolean]>([
  ['of the partner, with an active profile', userOf(), partner.partnerId, true],
  ['nobody has recorded', undefined, partner.partnerId, false],
  ['of another partner', userOf(), otherPartnerId, false],
  ['of no partner that is known', userOf(), undefined, false],
  ['an operator has suspended', userOf({ status: 'suspended' }), partner.partnerId, false],
  ['an operator has ended', userOf({ status: 'ended' }), partner.partnerId, false],
  ['whose profile is suspended or deactivated', profileIn('inactive'), partner.partnerId, false],
  ['whose profile is deleted', profileIn('deleted'), partner.partnerId, false],
])('JWT-3 a user %s may have access: %#', (_, user, partnerId, active) => {
  expect(isUserActive(user, partnerId)).toBe(active);
});
